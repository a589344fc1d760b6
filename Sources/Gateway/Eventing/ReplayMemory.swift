import Intake
import Synchronization

/// The signatures that were used, for as long as they are good: none is taken twice.
///
/// Bounded: all clients share the room as ``SharedPool`` has it, so that one that sends too much is refused, and it alone. A new process
/// knows none of them; what makes a replay harmless there is the idempotency key that each event has in the journal.
package final class ReplayMemory: Sendable {
    /// Signatures that are kept at once: 1,048,576 are about 40 MB, and 3,500 events a second of one client.
    package static let usualSize = 1 << 20

    private struct State {
        /// By client and the minute of their timestamps.
        var used: [String: [Int64: Set<UInt128>]] = [:]
        /// When what is over was last looked for, in minutes.
        var swept = Int64.min
    }

    /// What is known of a signature.
    package enum Answer: Equatable, Sendable {
        /// It is new, and used from now on.
        case taken
        /// It was used before.
        case replay
        /// This client has used as many as it may, until this much time is over.
        case full(Duration)
    }

    private let state = Mutex(State())
    private let pool: SharedPool

    package init(size: Int = usualSize) {
        pool = SharedPool(size: size)
    }

    /// Uses a signature, which was found to be right and of the present time.
    ///
    /// - Parameters:
    ///   - seconds: of its timestamp.
    ///   - now: the time in seconds, by the clock that the timestamp was compared with.
    ///   - isAlone: no other client signs events: then all the room is this one's.
    package func use(_ mark: UInt128, of client: String, seconds: Int64, now: Int64, isAlone: Bool) -> Answer {
        state.withLock { state in
            if state.swept != now / 60 { sweep(&state, now: now) }
            let minute = seconds / 60
            guard state.used[client]?[minute]?.contains(mark) != true else { return .replay }
            guard pool.take(for: client, isAlone: isAlone) else {
                let oldest = state.used[client]?.keys.min() ?? minute
                return .full(.seconds(max(1, Self.end(of: oldest) - now)))
            }
            state.used[client, default: [:]][minute, default: []].insert(mark)
            return .taken
        }
    }

    /// Nothing came of an event, and it may come again as it is.
    package func giveBack(_ mark: UInt128, of client: String, seconds: Int64) {
        state.withLock { state in
            guard state.used[client]?[seconds / 60]?.remove(mark) != nil else { return }
            pool.giveBack(of: client)
        }
    }

    /// From when on a timestamp of that minute is too old, in seconds.
    private static func end(of minute: Int64) -> Int64 {
        (minute + 1) * 60 + EventSignature.tolerance.components.seconds
    }

    /// Once a minute: what is too old to be taken needs no remembering.
    private func sweep(_ state: inout State, now: Int64) {
        state.swept = now / 60
        for (client, minutes) in state.used {
            let left = minutes.filter { Self.end(of: $0.key) >= now }
            let gone = minutes.reduce(0) { $0 + $1.value.count } - left.reduce(0) { $0 + $1.value.count }
            guard gone > 0 || left.count < minutes.count else { continue }
            state.used[client] = left.isEmpty ? nil : left
            pool.giveBack(gone, of: client)
        }
    }
}
