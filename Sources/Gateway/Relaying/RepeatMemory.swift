import Clients
import Crypto
internal import Foundation
import Synchronization
import Timekeeping
import WeChat

/// Remembers the client_msg_id of calls whose caller can't know how they ended, so that the caller's own repeat of the same bytes
/// carries the same one and WeChat shows it once. Bounded: the oldest is forgotten first.
final class RepeatMemory: Sendable {
    struct Key: Hashable, Sendable {
        var digest: [UInt8]

        /// - Parameter app: its name, as that means the same after a reload.
        init(caller: Caller, app: String, path: String, body: [UInt8]) {
            var hash = SHA256()
            hash.update(data: Data("\(caller.name)\n\(app)\n\(path)\n".utf8))
            hash.update(data: Data(body))
            digest = Array(hash.finalize())
        }
    }

    struct State {
        struct Entry {
            var id: String
            var until: Instant
            /// Its place in the order.
            var number: UInt64
        }

        var entries: [Key: Entry] = [:]
        /// As remembered, oldest first. Of those that were forgotten since some still stand here, and are passed over.
        var order: [(key: Key, number: UInt64)] = []
        var first = 0
        var number: UInt64 = 0
    }

    /// Calls remembered at most.
    static let limit = 10_000
    /// How long WeChat knows a repeat by its client_msg_id.
    static let window = Repeatability.withClientMessageID.window ?? .zero

    private let state = Mutex(State())
    private let time: any TimeSource

    init(time: any TimeSource) {
        self.time = time
    }

    var isEmpty: Bool {
        state.withLock { $0.entries.isEmpty }
    }

    /// Places in the order, those of forgotten calls too.
    var places: Int {
        state.withLock { $0.order.count }
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
            state.entries[key] = nil
            state.tidy()
        }
    }

    /// Keeps the first id and the first end of its window, which counts from the call's beginning.
    ///
    /// - Parameter began: when the call came, and so before its first attempt.
    func remember(_ key: Key, id: String, began: Instant) {
        let now = time.now()
        state.withLock { state in
            while let oldest = state.oldest, oldest.entry.until <= now { state.entries[oldest.key] = nil }
            guard state.entries[key] == nil else { return }
            if state.entries.count >= RepeatMemory.limit, let oldest = state.oldest { state.entries[oldest.key] = nil }
            state.number &+= 1
            state.entries[key] = State.Entry(id: id, until: began + RepeatMemory.window, number: state.number)
            state.order.append((key, state.number))
            state.tidy()
        }
    }
}

extension RepeatMemory.State {
    /// The oldest that is still remembered.
    fileprivate var oldest: (key: RepeatMemory.Key, entry: Entry)? {
        mutating get {
            while first < order.count {
                let (key, number) = order[first]
                if let entry = entries[key], entry.number == number { return (key, entry) }
                first += 1
            }
            return nil
        }
    }

    /// Drops the forgotten from the order once they are the larger part of it: on the average a step or two for each call.
    fileprivate mutating func tidy() {
        guard order.count > 2 * entries.count + 64 else { return }
        order = order[first...].filter { entries[$0.key]?.number == $0.number }
        first = 0
    }
}
