import Queueing
import Resilience
package import Timekeeping
import WeChat
import WeirPorts

/// WeChat's daily quotas: what of them is used, what is kept for urgent work, and how messages follow when a new day has begun.
extension DispatchMachine {
    /// Gates that one look for questions looks at.
    static let gatesAskedAbout = 2000

    // MARK: Counting

    /// `nil` for what WeChat gives no count of: robots, logins, and paths that neither the catalog nor the configuration names.
    func quotaCount(of api: APIDescriptor, _ app: AppPlace, at now: Instant) -> QuotaCount? {
        guard apps[app].hasToken, api.group != .robot, api.kind != .sns, api.label.hasPrefix("/"),
            api.label != DispatchMachine.probePath, api.label != QuotaQuestion.path
        else { return nil }
        // Neighbours lie far apart.
        let spread = Double(gates.size % 89) * 55 / 89
        return QuotaCount(apps[app].route.quotas[api.label], spread: spread - spread.rounded(.down), at: now)
    }

    /// An attempt leaves.
    mutating func countCall(_ id: JobID, isDurable: Bool, _ gate: GateID, at now: SteadyClock.Present) {
        if gates[gate].quota?.callLeft(at: now) == true { touched(.gate(gate)) }
        if isDurable, isReleasing(gate, at: now) { gates[gate].release?.left(id, at: now.instant) }
        noteShortage(gate, at: now)
        // Those who had better be told, also where they sleep because of something else.
        if gates[gate].quota?.isAtBound(at: now.wall) == true { changed(gate: gate, at: now) }
    }

    /// An attempt has ended: WeChat's word about the quota, and whether there is one again.
    mutating func learnQuota(
        _ lease: Lease,
        _ result: Classification,
        _ evidence: AttemptEvidence,
        at now: SteadyClock.Present
    ) {
        let gate = lease.gate
        // A failure without a reply after which a repeat is safe: no byte of it left.
        if result.outcome == .transient, evidence.failure != nil { returnCall(gate, at: now) }
        // What is said to credentials that are no more is about another account.
        guard !evidence.isOutdated else { return }
        if result.errcode == 45009, gates[gate].quota?.refused(at: now) == true { touched(.gate(gate)) }
        guard isReleasing(gate, at: now) else { return }
        switch result.outcome {
        case .accepted, .recipient, .request: gates[gate].release?.accepted(at: now.instant)
        case .transient, .throttled, .quotaExhausted, .tokenRejected, .account, .unknown: break
        }
        gates[gate].release?.ended(lease.job.id)
        if gates[gate].release?.isOver(gates[gate].bucket.limit, at: now.instant) == true { gates[gate].release = nil }
        changed(gate: gate, at: now)
    }

    /// A call that was counted never left: others may have waited because of it.
    mutating func returnCall(_ gate: GateID, at now: SteadyClock.Present) {
        gates[gate].quota?.callReturned()
        changed(gate: gate, at: now)
    }

    // MARK: Blocking

    /// The quota that the configuration gives an api is used up, or messages await whether there is one again.
    func quotaBlock(_ gate: GateID, isDurable: Bool, at now: SteadyClock.Present) -> Block? {
        // Of what is only learnt WeChat itself says when it is used up: Weir's count may be off.
        if let quota = gates[gate].quota, quota.rule != nil, quota.left(at: now.wall) == 0 {
            return Block(
                reason: .quotaExhausted,
                until: now.moment.instant(of: quota.reset(at: now.wall)),
                scope: .lane
            )
        }
        guard isDurable, isReleasing(gate, at: now), let release = gates[gate].release,
            let until = release.blocked(at: now.instant)
        else { return nil }
        return Block(reason: release.awaitsAnswer ? .quotaExhausted : .rateLimited, until: until, scope: .lane)
    }

    /// Where messages wait for the next day's quota, or would, they will follow it slowly. A release that has begun goes on.
    private mutating func noteShortage(_ gate: GateID, at now: SteadyClock.Present) {
        guard let quota = gates[gate].quota else { return }
        let (release, isShort) = (gates[gate].release, quota.isShort(at: now.wall))
        if isShort, release?.isPast(at: now.wall) ?? true {
            gates[gate].release = QuotaRelease(from: quota.reset(at: now.wall))
        } else if !isShort, let release, now.wall < release.from, !gates[gate].isQuotaRefused(at: now) {
            // There is enough after all.
            gates[gate].release = nil
        }
    }

    private func isReleasing(_ gate: GateID, at now: SteadyClock.Present) -> Bool {
        gates[gate].release?.hasBegun(at: now.wall) ?? false
    }

    /// What is left of the quota is kept for urgent work. What is only learnt binds messages alone: they wait and lose nothing, while a
    /// relayed call would be refused because of a limit that nobody has set.
    func reserveBlock(_ gate: GateID, isDurable: Bool, _ priority: Priority, at now: SteadyClock.Present) -> Block? {
        guard priority > .high, let quota = gates[gate].quota, isDurable || quota.rule != nil,
            let until = quota.reservedUntil(at: now.wall)
        else { return nil }
        let reason: Obstacle.Reason = quota.left(at: now.wall) == 0 ? .quotaExhausted : .quotaReserved
        return Block(reason: reason, until: now.moment.instant(of: until), scope: .lower)
    }

    // MARK: Asking WeChat

    /// What WeChat is to be asked now, at most `limit` questions. Each call looks at the next gates only, so that it costs the same
    /// whatever there is.
    package mutating func takeQuotaQuestions(limit: Int, at moment: Moment) -> [QuotaQuestion] {
        let now = read(moment)
        var questions: [QuotaQuestion] = []
        for _ in 0..<min(DispatchMachine.gatesAskedAbout, gates.size) where questions.count < limit {
            quotaCursor = quotaCursor + 1 < gates.size ? quotaCursor + 1 : 0
            let gate = GateID(index: quotaCursor)
            guard gates.isTaken(gate), appBlock(gate, at: now) == nil, gates[gate].quota?.takeQuestion(at: now) == true
            else { continue }
            let app = slot(of: gates[gate].app)
            questions.append(
                QuotaQuestion(app: app, gate: gate, number: gates[gate].number, api: gates[gate].api.label)
            )
        }
        return questions
    }

    package mutating func answer(_ question: QuotaQuestion, _ answer: QuotaAnswer, at moment: Moment) {
        let (now, gate) = (read(moment), question.gate)
        guard gates.isTaken(gate), gates[gate].number == question.number, isPresent(question.app) else { return }
        switch answer {
        case .told(let limit, let used):
            if gates[gate].quota?.answered(limit: limit, used: used, at: now) == true { touched(.gate(gate)) }
        case .unknownPath: gates[gate].quota?.unanswered(isUnknownPath: true, at: now.instant)
        case .none: gates[gate].quota?.unanswered(isUnknownPath: false, at: now.instant)
        }
        noteShortage(gate, at: now)
        changed(gate: gate, at: now)
    }

    /// An operator had an account's quotas cleared: all is counted anew, and what waited for midnight goes.
    ///
    /// - Returns: how often that was done this month, as far as Weir knows.
    package mutating func quotasWereCleared(_ app: AppSlot, at moment: Moment) -> Int {
        guard isPresent(app) else { return 0 }
        let (now, app) = (read(moment), app.place)
        let clearings = QuotaClearings.one(after: apps[app].clearings, at: now.wall)
        apps[app].clearings = clearings
        touched(.app(app))
        for path in pathParks.clear(app: app) { touched(.path(path, app: app)) }
        for gate in gates(of: app) {
            gates[gate].quota?.clear(at: now)
            if gates[gate].park?.obstacle == .quotaExhausted { gates[gate].park = nil }
            gates[gate].release = nil
            touched(.gate(gate))
            changed(gate: gate, at: now)
        }
        return clearings.count
    }

    /// The quotas of an app's apis, by their labels.
    package func quotas(of app: AppPlace, at moment: Moment) -> [(api: String, quota: DispatchSnapshot.Quota)] {
        let now = clock.present(moment)
        return gates(of: app)
            .compactMap { gate in quota(of: gate, at: now).map { (gates[gate].api.label, $0) } }
            .sorted { $0.api < $1.api }
    }

    /// Another account has other quotas. The caller says `changed(gate:)`.
    mutating func renewQuotas(of app: AppPlace, at now: SteadyClock.Present) {
        apps[app].clearings = nil
        touched(.app(app))
        for gate in gates(of: app) {
            gates[gate].quota = quotaCount(of: gates[gate].api, app, at: now.instant)
            gates[gate].release = nil
            touched(.gate(gate))
        }
    }

    func quota(of gate: GateID, at now: SteadyClock.Present) -> DispatchSnapshot.Quota? {
        let isRefused = gates[gate].isQuotaRefused(at: now)
        return gates[gate].quota.flatMap { DispatchSnapshot.Quota($0, isParked: isRefused, at: now) }
    }
}
