import Queueing
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
    /// For so long after the return one failure is enough to leave the preferred host again.
    static let trial = Duration.seconds(30)

    private func hasReturned(_ lease: Lease, within time: Duration, at now: Instant) -> Bool {
        let key = breakers[lease.breaker].key
        guard key.host == apps[key.app].route.host, let returned = apps[key.app].returns[key.group] else {
            return false
        }
        return now < returned + time
    }

    /// Whether an attempt in flight has no answer for long, and no other through its breaker has had one since it left: those that come
    /// had better go elsewhere, before its time is over.
    func isSilent(_ lease: Lease, at now: Instant) -> Bool {
        // How long a transfer takes is its size's and its caller's doing; what has not left is held up by this machine.
        guard !apps[lease.app].route.others.isEmpty, let sent = lease.sentAt, now - sent >= DispatchMachine.silence,
            !isQuestion(lease), gates[lease.gate].api.group != .media, !lease.job.marks.contains(.once)
        else { return false }
        if let answered = breakers[lease.breaker].answeredAt, answered > sent { return false }
        guard let expected = gates[lease.gate].latency.expected else {
            // Nobody knows how long it usually takes: two say more than one.
            return [false, true].reduce(0) { $0 + breakers[lease.breaker].inFlight(isDurable: $1) } > 1
        }
        return now - sent >= expected * 4
    }

    /// Whether an attempt is on its way to a preferred host from which others have turned away since.
    func hasBeenLeft(_ lease: Lease) -> Bool {
        gates[lease.gate].breaker != lease.breaker && hostChecks[origin(of: lease)]?.isLeft == true
    }

    /// An attempt's bytes are handed to the transport. Where there is no other host nobody asks when, and no clock is read.
    package mutating func leaves(_ lease: Lease, at now: @autoclosure () -> Instant) {
        guard !apps[lease.app].route.others.isEmpty else { return }
        leases[lease.job.id]?.sentAt = now()
    }

    /// An attempt has failed because of the upstream.
    ///
    /// - Parameter isAnswer: whether it was answered, as with -1: that comes from wherever WeChat is, and says little about the host.
    mutating func judgeHost(
        _ lease: Lease,
        _ failure: TransportFailure.Kind?,
        isAnswer: Bool,
        at now: SteadyClock.Present
    ) {
        guard !apps[lease.app].route.others.isEmpty else { return }
        let isSick = breakers[lease.breaker].failuresInARow >= DispatchMachine.failuresToLeave
        let isUnreached = failure == .resolve || failure == .connect || failure == .tls
        let isOnTrial = !isAnswer && hasReturned(lease, within: DispatchMachine.trial, at: now.instant)
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
            let isRelapse = apps[key.app].returns[key.group].map { now.instant < $0 + HostCheck.memory } ?? false
            hostChecks[preferred, default: HostCheck(at: now.instant)].left(isRelapse: isRelapse, at: now.instant)
            detoured.insert(key.app)
        }
        go(to: next, key.app, key.group, isReturn: false, at: now)
    }

    /// The next one in order whose breaker lets all calls through, or would let one try. A preferred one that was left is none while it is
    /// not asked, unless there is no other way.
    private mutating func nextHost(after key: BreakerKey, isOpen: Bool, at now: Instant) -> String? {
        let hosts = apps[key.app].route.hosts
        guard let place = hosts.firstIndex(of: key.host) else { return nil }
        let isLeft = hostChecks[hosts[0]]?.isLeft ?? false
        let others = (hosts[(place + 1)...] + hosts[..<place]).map { host in
            let circuit = breakers[breaker(BreakerKey(app: key.app, host: host, group: key.group), at: now)].circuit
            return (host: host, circuit: circuit, isLast: isLeft && host == hosts[0])
        }
        let ready = others.filter { $0.circuit.mode != .open && $0.circuit.retryAfter(at: now) == nil }
        let well = ready.filter { $0.circuit.state == .closed }
        if let next = well.first(where: { !$0.isLast }) { return next.host }
        // As long as its own breaker is closed, what is in use is no worse than these.
        guard isOpen else { return nil }
        return (ready.first { !$0.isLast } ?? well.first)?.host
    }

    private mutating func go(
        to host: String,
        _ app: AppPlace,
        _ group: String,
        isReturn: Bool,
        at now: SteadyClock.Present
    ) {
        let (from, preferred) = (self.host(of: app, group), apps[app].route.host)
        apps[app].detours[group] = host == preferred ? nil : host
        apps[app].returns[group] = isReturn ? now.instant : nil
        if apps[app].detours.isEmpty { detoured.remove(app) }
        let old = breakers[BreakerKey(app: app, host: from, group: group)]
        let breaker = breaker(BreakerKey(app: app, host: host, group: group), at: now.instant)
        for one in [old, breaker].compactMap({ $0 }) { breakers[one].forgetFailures() }
        for gate in gates(of: app) where gates[gate].api.group.rawValue == group {
            move(gate, to: breaker)
            changed(gate: gate, at: now)
        }
        changed(breaker: breaker, at: now)
        hostMoves.append(HostMove(app: apps[app].name, group: group, from: from, to: host, isReturn: isReturn))
    }

    /// It has left, or its hosts are others now: its gates stand where they are until its next route is put in place.
    mutating func forgetDetours(of app: AppPlace) {
        (apps[app].detours, apps[app].returns) = ([:], [:])
        detoured.remove(app)
    }

    /// Whether the ways round its preferred host are ways still.
    func keepsDetours(_ app: AppPlace, on route: AppRoute) -> Bool {
        route.host == apps[app].route.host && apps[app].detours.values.allSatisfy(route.others.contains)
    }

    // MARK: Coming back

    /// Apps that go back in one look; the others follow in the next.
    static let returnsAtOnce = 200

    /// Lets calls go back to hosts that are well again. To be called each second.
    ///
    /// - Returns: Hosts that are to be asked now, at most `limit`.
    package mutating func lookAfterHosts(limit: Int, at moment: Moment) -> [String] {
        guard !hostChecks.isEmpty else { return [] }
        let now = read(moment)
        let preferred = Set(detoured.map { apps[$0].route.host })
        hostChecks = hostChecks.filter {
            preferred.contains($0.key) || !$0.value.isLeft && !$0.value.isOver(at: now.instant)
        }
        goBack(at: now)
        var questions: [String] = []
        for host in hostChecks.keys.sorted() {
            if preferred.contains(host) { hostChecks[host]?.forgetAnswer(at: now.instant) }
            guard questions.count < limit, hostChecks[host]?.takeQuestion(at: now.instant) == true else { continue }
            questions.append(host)
        }
        return questions
    }

    /// What a host has answered. Where it is well, all calls that prefer it go to it again.
    package mutating func answered(host: String, isWell: Bool, at moment: Moment) {
        let now = read(moment)
        guard hostChecks[host]?.isLeft == true else { return }
        hostChecks[host]?.answered(isWell: isWell, at: now.instant)
        if isWell { goBack(at: now) }
    }

    private mutating func goBack(at now: SteadyClock.Present) {
        let returning = detoured.filter { hostChecks[apps[$0].route.host]?.isLeft == false }
        for app in returning.sorted(by: { $0.index < $1.index }).prefix(DispatchMachine.returnsAtOnce) {
            let host = apps[app].route.host
            for (group, detour) in apps[app].detours.sorted(by: { $0.key < $1.key }) {
                let inUse = breakers[BreakerKey(app: app, host: detour, group: group)]
                // What an operator has said of the breaker in use is about these calls.
                guard inUse.map({ breakers[$0].circuit.mode == .auto }) ?? true else { continue }
                close(breaker(BreakerKey(app: app, host: host, group: group), at: now.instant), at: now)
                go(to: host, app, group, isReturn: true, at: now)
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
