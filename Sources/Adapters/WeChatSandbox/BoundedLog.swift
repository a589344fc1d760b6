/// The newest entries of a log, each with its number since the start.
struct BoundedLog<Element: Equatable & Sendable>: Equatable, Sendable {
    let capacity: Int
    private var elements: [Element] = []
    /// How many were ever appended: the number that the next one gets.
    private(set) var total = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    mutating func append(_ element: Element) {
        if elements.count < capacity {
            elements.append(element)
        } else {
            elements[total % capacity] = element
        }
        total += 1
    }

    /// The number of the oldest entry that is still kept.
    var first: Int {
        total - elements.count
    }

    /// At most `limit` kept entries from number `index` on, oldest first.
    func entries(since index: Int, limit: Int = .max) -> [(number: Int, element: Element)] {
        let start = min(max(index, first), total)
        return (start..<min(total, start.addingReportingOverflow(limit).overflow ? total : start + limit)).map {
            (number: $0, element: elements[$0 % capacity])
        }
    }
}
