import Queueing

/// Whoever waits for a message's end, each by a number of their own.
struct EndWatchers: Sendable {
    private var actions: [JobID: [UInt64: @Sendable () -> Void]] = [:]
    private var count: UInt64 = 0

    var isEmpty: Bool { actions.isEmpty }

    /// - Returns: the number by which it is taken back.
    mutating func add(_ action: @escaping @Sendable () -> Void, of id: JobID) -> UInt64 {
        count += 1
        actions[id, default: [:]][count] = action
        return count
    }

    /// Nobody waits for it any more.
    mutating func forget(_ number: UInt64, of id: JobID) {
        actions[id]?[number] = nil
        if actions[id]?.isEmpty ?? false { actions[id] = nil }
    }

    /// The message has ended.
    mutating func take(_ id: JobID) -> [@Sendable () -> Void] {
        actions.isEmpty ? [] : Array((actions.removeValue(forKey: id) ?? [:]).values)
    }
}
