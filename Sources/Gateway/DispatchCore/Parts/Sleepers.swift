import Queueing
import Timekeeping
import WeirPorts

/// What is asleep because something blocks it, and when each is woken at the latest.
///
/// A lane sleeps when its own limiter, park or hold blocks it, and its lower two priorities when what is left of its quota is kept for
/// the others. A section, which is all lanes behind one breaker with relayed calls or
/// messages of the upper or lower two priorities, sleeps when the app, the breaker or the sharing of places blocks it.
struct Sleepers: Sendable {
    enum Sleeper: Equatable, Sendable {
        case lane(LaneID)
        /// The lower two priorities of a lane.
        case lower(LaneID)
        case section(Section)
    }

    /// The jobs behind a breaker that are stopped together.
    struct Section: Equatable, Sendable {
        /// A breaker's relayed calls or its messages, as the queue counts groups.
        var group: GroupID
        /// Whether it is `urgent` and `high`, for which a reserve is kept.
        var isReserved: Bool

        var priorities: [Priority] { Section.priorities(isReserved: isReserved) }
        var index: Int { group.index * 2 + (isReserved ? 1 : 0) }

        init(group: GroupID, isReserved: Bool) {
            self.group = group
            self.isReserved = isReserved
        }

        init(group: GroupID, _ priority: Priority) {
            self.init(group: group, isReserved: priority <= .high)
        }

        init(index: Int) {
            self.init(group: GroupID(index: index / 2), isReserved: index % 2 == 1)
        }

        private static let upper: [Priority] = [.urgent, .high]
        private static let lower: [Priority] = [.normal, .low]

        /// The priorities for which a reserve is kept, or the others.
        static func priorities(isReserved: Bool) -> [Priority] { isReserved ? upper : lower }
    }

    /// By the instant of waking; the three kinds take turns in the slots.
    private var wakes = IndexedHeap()
    /// Sections that wait for their share of the places, by how many they have: the lower two priorities, the upper two.
    private var sharing = [IndexedHeap(), IndexedHeap()]

    /// When the next one is to be woken.
    var next: Instant? { wakes.first.map { Instant(nanoseconds: $0.key) } }

    mutating func add(_ sleeper: Sleeper, until: Instant?) {
        guard let until else { return wakes.remove(Sleepers.slot(sleeper)) }
        wakes.set(Sleepers.slot(sleeper), key: until.nanoseconds)
    }

    mutating func remove(_ sleeper: Sleeper) {
        wakes.remove(Sleepers.slot(sleeper))
        guard case .section(let section) = sleeper else { return }
        sharing[section.isReserved ? 1 : 0].remove(Int32(section.index))
    }

    /// One whose time has come, if any. It stays in until it is removed.
    func due(at now: Instant) -> Sleeper? {
        guard let first = wakes.first, first.key <= now.nanoseconds else { return nil }
        let index = Int(first.slot / 3)
        switch first.slot % 3 {
        case 0: return .lane(LaneID(index: index))
        case 1: return .lower(LaneID(index: index))
        default: return .section(Section(index: index))
        }
    }

    /// A section that has `own` places waits until it has less than its share again.
    mutating func awaitShare(_ section: Section, own: Int) {
        sharing[section.isReserved ? 1 : 0].set(Int32(section.index), key: Int64(own))
    }

    /// The same for a section that waits already and has another number of places now.
    mutating func update(_ section: Section, own: Int) {
        guard sharing[section.isReserved ? 1 : 0].contains(Int32(section.index)) else { return }
        awaitShare(section, own: own)
    }

    /// The section that has the fewest places among those that wait for their share.
    func firstSharing(isReserved: Bool) -> (section: Section, own: Int)? {
        sharing[isReserved ? 1 : 0].first.map { (Section(index: Int($0.slot)), Int($0.key)) }
    }

    private static func slot(_ sleeper: Sleeper) -> Int32 {
        switch sleeper {
        case .lane(let lane): Int32(truncatingIfNeeded: lane.index * 3)
        case .lower(let lane): Int32(truncatingIfNeeded: lane.index * 3 + 1)
        case .section(let section): Int32(truncatingIfNeeded: section.index * 3 + 2)
        }
    }
}
