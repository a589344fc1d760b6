/// Which segment of the recipients' index a message belongs to.
///
/// A segment is a run of about a thousand ids, named for the smallest one that it may hold; inside it entries are sorted by
/// the recipient's hash. New entries so fall on the few pages of the newest segment, where an index by recipient alone would
/// touch a page of its own for each message and halve the rate of commits. A search asks each segment once.
struct RecipientSegments: Equatable {
    static let size = 1024

    /// The newest segment.
    private(set) var newest: Int64
    /// Entries that it has.
    private var count: Int
    /// The largest id in it.
    private var last: Int64

    init(newest: Int64 = 0, count: Int = 0, last: Int64 = 0) {
        self.newest = newest
        self.count = count
        self.last = last
    }

    /// The segment for a new message, or `nil` when its id is older than the newest segment and the index must be asked.
    mutating func place(_ id: Int64) -> Int64? {
        guard id >= newest else { return nil }
        if count >= RecipientSegments.size, id > last {
            newest = id
            count = 0
        }
        count += 1
        last = max(last, id)
        return newest
    }
}
