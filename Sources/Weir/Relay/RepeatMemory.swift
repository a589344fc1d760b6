import Crypto
internal import Foundation
import Synchronization
import Timekeeping

/// Remembers the client_msg_id of calls whose caller can't know how they ended, so that the caller's own repeat of the same bytes
/// carries the same one and WeChat shows it once. Bounded: the oldest is forgotten first.
final class RepeatMemory: Sendable {
    struct Key: Hashable, Sendable {
        var digest: [UInt8]

        init(caller: Caller, app: Int, path: String, body: [UInt8]) {
            var hash = SHA256()
            hash.update(data: Data("\(caller.name)\n\(app)\n\(path)\n".utf8))
            hash.update(data: Data(body))
            digest = Array(hash.finalize())
        }
    }

    struct State {
        var entries: [Key: (id: String, until: Instant)] = [:]
        var order: [Key] = []
    }

    /// Calls remembered at most.
    static let limit = 10_000
    /// WeChat recognises a repeat for ten minutes; one is left for clocks and delivery.
    static let window = Duration.seconds(9 * 60)

    private let state = Mutex(State())
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    var isEmpty: Bool {
        state.withLock { $0.entries.isEmpty }
    }

    func id(for key: Key) -> String? {
        let now = time.now()
        return state.withLock { state in
            guard let entry = state.entries[key], entry.until > now else { return nil }
            return entry.id
        }
    }

    /// The call has an answer: an equal call from now on is meant as another one.
    func forget(_ key: Key) {
        state.withLock { state in
            guard state.entries.removeValue(forKey: key) != nil else { return }
            state.order.removeAll { $0 == key }
        }
    }

    /// Keeps the first id and the first end of its window, which counts from the call's beginning.
    ///
    /// - Parameter began: when the call came, and so before its first attempt.
    func remember(_ key: Key, id: String, began: Instant) {
        let now = time.now()
        state.withLock { state in
            state.forget(before: now)
            guard state.entries[key] == nil else { return }
            if state.order.count >= RepeatMemory.limit { state.entries[state.order.removeFirst()] = nil }
            state.entries[key] = (id, began + RepeatMemory.window)
            state.order.append(key)
        }
    }
}

extension RepeatMemory.State {
    fileprivate mutating func forget(before now: Instant) {
        var count = 0
        while count < order.count, let entry = entries[order[count]], entry.until <= now {
            entries[order[count]] = nil
            count += 1
        }
        order.removeFirst(count)
    }
}
