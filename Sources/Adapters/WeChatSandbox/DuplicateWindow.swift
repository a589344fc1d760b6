/// Remembers what has been taken for a while: the newest million at most.
struct DuplicateWindow: Equatable, Sendable {
    struct Entry: Equatable {
        var key: String
        var at: Int64
    }

    let window: Int64
    let capacity: Int
    private var messageIDs: [String: Int64] = [:]
    private var order: [Entry] = []
    private var head = 0

    /// - Parameter window: microseconds.
    init(window: Int64, capacity: Int = 1_000_000) {
        self.window = window
        self.capacity = capacity
    }

    /// The message id under which `key` was taken less than the window ago.
    mutating func find(_ key: String, at now: Int64) -> Int64? {
        while head < order.count, now - order[head].at >= window { dropOldest() }
        return messageIDs[key]
    }

    mutating func insert(_ key: String, messageID: Int64, at now: Int64) {
        if messageIDs.count >= capacity { dropOldest() }
        messageIDs[key] = messageID
        order.append(Entry(key: key, at: now))
    }

    private mutating func dropOldest() {
        messageIDs[order[head].key] = nil
        head += 1
        if head > 1024, head * 2 > order.count {
            order.removeFirst(head)
            head = 0
        }
    }
}
