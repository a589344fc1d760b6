import Resilience
package import Timekeeping
import WeChat
import WeirPorts

/// An app may have several hosts. Calls go to the first; where that can't be reached, or its breaker opens, those of the same group of
/// apis go to the next one whose breaker is closed, and back as soon as the first answers a question of Weir's own.
///
/// Only the way changes: what may be repeated, with which id and how often, is decided as ever.
extension DispatchMachine {
    // MARK: In use

    /// Where an app's calls of a group go.
    func host(of app: AppPlace, _ group: String) -> String { apps[app].detours[group] ?? apps[app].route.host }

    /// Where an attempt goes: scheme and authority.
    package func origin(of lease: Lease) -> String { breakers[lease.breaker].key.host }

    /// The changes of hosts since this was asked last.
    package mutating func takeHostMoves() -> [HostMove] {
        guard !hostMoves.isEmpty else { return [] }
        defer { hostMoves = [] }
        return hostMoves
    }

    // MARK: Leaving

    /// So many failures one after another say that another host had better be tried.
    static let failuresToLeave = 3
    /// A host that answers nothing for so long, or for four times of what an api usually takes, is silent.
    static let silence = Duration.milliseconds(1500)

    /// Whether an attempt in flight has no answer for long, and no other through its breaker has had one since it left: those that come
    /// had better go elsewhere, before its time is over.
    func isSilent(_ lease: Lease, after took: Duration) -> Bool {
        // How long a transfer takes is its size's and its caller's doing.
        guard !apps[lease.app].route.others.isEmpty, took >= DispatchMachine.silence, !isQuestion(lease),
            gates[lease.gate].api.group != .media, !lease.job.marks.contains(.once)
        else { return false }
        if let answered = breakers[lease.breaker].answeredAt, answered > lease.startedAt.instant { return false }
        return took >= (gates[lease.gate].latency.expected ?? .zero) * 4
    }

    /// An attempt has failed because of the upstream.
    mutating func judgeHost(_ lease: Lease, _ failure: TransportFailure.Kind?, at now: SteadyClock.Present) {
        guard !apps[lease.app].route.others.isEmpty else { return }
        let isSick = breakers[lease.breaker].failuresInARow >= DispatchMachine.failuresToLeave
        let isUnreached = failure == .resolve || failure == .connect || failure == .tls
        let isOnTrial = hostChecks[origin(of: lease)]?.isOnTrial(at: now.instant) ?? false
        guard isUnreached || isOnTrial || isSick || breakers[lease.breaker].circuit.state == .open else { return }
        leaveHost(lease.breaker, at: now)
    }

    /// What goes through a breaker goes to another host, where there is one that seems well.
    mutating func leaveHost(_ breaker: BreakerID, at now: SteadyClock.Present) {
        let (key, isOpen) = (breakers[breaker].key, breakers[breaker].circuit.state == .open)
        // One that an operator has set stays as it is. A late failure says nothing about the host that is in use by now.
        guard apps[key.app].isPresent, breakers[breaker].circuit.mode == .auto,
            key.host == host(of: key.app, key.group),
            let next = nextHost(after: key, isOpen: isOpen, at: now.instant)
        else { return }
        let preferred = apps[key.app].route.host
        if key.host == preferred {
            hostChecks[preferred, default: HostCheck(at: now.instant)].left(at: now.instant)
            detoured.insert(key.app)
        }
        go(to: next, key.app, key.group, at: now)
    }

    /// The next one in order whose breaker lets all calls through. A preferred one that was left is none while it is not asked, unless
    /// there is no other way.
    private mutating func nextHost(after key: BreakerKey, isOpen: Bool, at now: Instant) -> String? {
        let hosts = apps[key.app].route.hosts
        guard let place = hosts.firstIndex(of: key.host) else { return nil }
        let others = hosts[(place + 1)...] + hosts[..<place]
        let well = others.filter { host in
            let circuit = breakers[breaker(BreakerKey(app: key.app, host: host, group: key.group), at: now)].circuit
            return circuit.state == .closed && circuit.mode != .open
        }
        let isLeft = hostChecks[hosts[0]]?.isLeft ?? false
        return well.first { !isLeft || $0 != hosts[0] } ?? (isOpen ? well.first : nil)
    }

    private mutating func go(to host: String, _ app: AppPlace, _ group: String, at now: SteadyClock.Present) {
        let (from, preferred) = (self.host(of: app, group), apps[app].route.host)
        apps[app].detours[group] = host == preferred ? nil : host
        if apps[app].detours.isEmpty { detoured.remove(app) }
        let breaker = breaker(BreakerKey(app: app, host: host, group: group), at: now.instant)
        for gate in gates(of: app) where gates[gate].api.group.rawValue == group {
            move(gate, to: breaker)
            changed(gate: gate, at: now)
        }
        changed(breaker: breaker, at: now)
        let name = apps[app].name
        hostMoves.append(HostMove(app: name, group: group, from: from, to: host, isReturn: host == preferred))
    }

    /// Its hosts are others now, or it has left. The caller moves its gates.
    mutating func forgetDetours(of app: AppPlace) {
        apps[app].detours = [:]
        detoured.remove(app)
    }

    // MARK: Coming back

    /// Hosts that are to be asked now whether they are well again, at most `limit`.
    package mutating func takeHostQuestions(limit: Int, at moment: Moment) -> [String] {
        guard !hostChecks.isEmpty else { return [] }
        let now = moment.instant
        let preferred = Set(detoured.map { apps[$0].route.host })
        hostChecks = hostChecks.filter { preferred.contains($0.key) || !$0.value.isLeft && !$0.value.isOver(at: now) }
        var questions: [String] = []
        for host in hostChecks.keys.sorted() where questions.count < limit {
            if hostChecks[host]?.takeQuestion(at: now) == true { questions.append(host) }
        }
        return questions
    }

    /// What a host has answered. Where it is well, all calls that prefer it go to it again.
    package mutating func answered(host: String, isWell: Bool, at moment: Moment) {
        let now = read(moment)
        guard hostChecks[host]?.isLeft == true else { return }
        hostChecks[host]?.answered(isWell: isWell, at: now.instant)
        guard isWell else { return }
        for app in detoured.sorted(by: { $0.index < $1.index }) where apps[app].route.host == host {
            for group in apps[app].detours.keys.sorted() {
                close(breaker(BreakerKey(app: app, host: host, group: group), at: now.instant), at: now)
                go(to: host, app, group, at: now)
            }
        }
    }

    /// It opened because of failures that are over, and nothing has asked since: the question was the probe. An operator's word stays.
    private mutating func close(_ breaker: BreakerID, at now: SteadyClock.Present) {
        guard breakers[breaker].circuit.mode == .auto, breakers[breaker].circuit.state != .closed,
            var transition = breakers[breaker].circuit.force(.close, at: now.instant)
        else { return }
        _ = breakers[breaker].circuit.force(.auto, at: now.instant)
        transition.reason = .probesSucceeded
        untold.append((breaker, transition))
        note(transition, breaker, at: now.moment)
    }
}
