import Timekeeping
import WeirPorts
import WireJSON

/// What of one budget is used today, and what the journal has of that.
///
/// The count is written ahead in blocks: `reserved` is on its way to the journal, or there, before anything of it is used. After a crash
/// all of the block counts as used, so that no budget is passed because a process was killed.
struct BudgetCounter: Sendable {
    let key: BudgetKey
    var terms: BudgetConfiguration
    var raise: BudgetRaise? {
        didSet { if raise != nil { told = [] } }
    }
    /// When the day ends that it counts.
    private(set) var dayEnds: Timestamp
    private(set) var used = 0
    private(set) var refused = 0
    /// What people were told today: what is given back and taken again tells them nothing new. Another limit does.
    private var told: Set<BudgetNews.Kind> = []
    /// Since when it counts: what was taken before is not in it, and not given back to it.
    private(set) var since: Timestamp
    /// The highest count that was handed to the journal today.
    private var reserved = 0
    /// The highest that the journal has said that it has.
    private var durable = 0
    /// How often `reserved` was lowered: what was handed over before that proves nothing of what the journal has now.
    private var round = 0
    /// Whether the journal may have something that does not hold any more.
    private var isOutdated = false

    /// One that nothing is known of.
    init(_ key: BudgetKey, _ terms: BudgetConfiguration, at now: Timestamp) {
        self.key = key
        self.terms = terms
        dayEnds = ChinaTime.nextMidnight(after: now)
        since = now
    }

    /// Takes over what an earlier process wrote down today.
    mutating func restore(used: Int, since: Timestamp) {
        (self.used, reserved, durable) = (used, used, used)
        // Since the day's end: it was gone, and is back now.
        if since < dayEnds { self.since = max(since, dayEnds + .seconds(-86_400)) } else { isOutdated = true }
    }

    /// It leaves the configuration: from here on it does not see what goes.
    mutating func leave() {
        guard since < dayEnds else { return }
        (since, isOutdated) = (dayEnds, true)
    }

    /// It is back: what went meanwhile is not in it.
    mutating func comeBack(at now: Timestamp) {
        roll(at: now)
        (since, isOutdated) = (now, true)
    }

    /// Begins a new day where the old one is over. A clock that is set back over midnight takes nothing from the count.
    mutating func roll(at now: Timestamp) {
        let ends = ChinaTime.nextMidnight(after: now)
        guard ends != dayEnds else { return }
        if now >= dayEnds {
            (used, refused, reserved, durable, since) = (0, 0, 0, 0, dayEnds)
            (round, isOutdated, told) = (0, false, [])
        }
        dayEnds = ends
    }

    // MARK: Counting

    var limit: Int { max(terms.limit, raise?.limit ?? 0) }
    var isUsedUp: Bool { used >= limit }
    private var isEnforced: Bool { terms.mode == .enforce }

    /// Takes one. What there is of it was looked at before.
    mutating func take() { used += 1 }

    mutating func refuse() { refused += 1 }

    /// Whether this is the first time today.
    mutating func tells(_ kind: BudgetNews.Kind) -> Bool { told.insert(kind).inserted }

    /// Puts one back that was taken then, if that is in the count.
    mutating func giveBack(takenAt time: Timestamp) {
        guard time >= since, time < dayEnds, used > 0 else { return }
        used -= 1
    }

    // MARK: What the journal has

    /// At most a hundredth of the limit is lost in a crash.
    private var block: Int { max(1, limit / 100) }

    /// Whether something is used that the journal may not have, and must.
    var isAhead: Bool { isEnforced && used > durable }

    /// The count to be written now; `nil` where the journal has enough, or will have it soon.
    ///
    /// - Parameter isUrgent: whether somebody waits for it, who must hear of a write of their own.
    mutating func reserve(isUrgent: Bool) -> BudgetMark? {
        let isShort = used + block / 2 > reserved
        let wanted = isShort ? max(reserved, used, ahead) : reserved
        guard wanted > reserved || isUrgent && isAhead else { return nil }
        reserved = wanted
        return mark
    }

    /// What is used, and the rest of a block.
    private var ahead: Int {
        let wanted = used + block - 1
        return isEnforced ? min(wanted, limit) : wanted
    }

    private var mark: BudgetMark {
        BudgetMark(key: key, count: reserved, round: round, since: since, dayEnds: dayEnds)
    }

    /// The count to be written where much was given back, lest a crash charges it again; `nil` where the journal is near enough.
    mutating func refresh() -> BudgetMark? {
        guard reserved - used >= block || isOutdated else { return nil }
        return lower(to: max(used, ahead))
    }

    /// What is used and no more, for a process that ends.
    mutating func settle() -> BudgetMark? {
        guard reserved != used || isOutdated else { return nil }
        return lower(to: used)
    }

    /// Before the journal has less, nothing counts as durable that is more.
    private mutating func lower(to count: Int) -> BudgetMark {
        (reserved, durable, isOutdated) = (count, min(durable, count), false)
        round += 1
        return mark
    }

    /// The journal has what was handed to it, or not.
    mutating func written(_ mark: BudgetMark, succeeded: Bool) {
        guard mark.dayEnds == dayEnds else { return }
        if !succeeded { isOutdated = true }
        guard mark.round == round else { return }
        if succeeded {
            durable = max(durable, min(mark.count, reserved))
        } else if reserved == mark.count {
            reserved = durable
        }
    }

    // MARK: How it stands

    func standing() -> BudgetStanding {
        BudgetStanding(
            client: key.client,
            app: key.app,
            api: key.api,
            mode: terms.mode,
            configuredLimit: terms.limit,
            soft: terms.soft,
            used: used,
            refused: refused,
            resetsAt: dayEnds,
            raise: raise
        )
    }
}

/// A count that was handed to the journal.
struct BudgetMark: Equatable, Sendable {
    let key: BudgetKey
    let count: Int
    /// Which time of that day between two lowerings it is of.
    let round: Int
    /// Since when it counts.
    let since: Timestamp
    let dayEnds: Timestamp
}
