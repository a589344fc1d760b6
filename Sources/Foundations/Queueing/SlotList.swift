/// A doubly linked list of slots whose links lie in an array beside it: a slot leaves from anywhere in O(1) and nothing is
/// left behind, so that neither taking the first nor removing one ever has to clean up.
struct SlotList: Sendable {
    struct Links: Sendable {
        var previous: Int32
        var next: Int32
    }

    static let none: Int32 = -1

    private(set) var first = SlotList.none
    private(set) var last = SlotList.none

    var isEmpty: Bool { first == SlotList.none }

    mutating func append(_ slot: Int32, _ links: inout [Links]) {
        insert(slot, before: SlotList.none, &links)
    }

    /// Before `none` is the end.
    mutating func insert(_ slot: Int32, before next: Int32, _ links: inout [Links]) {
        let previous = next == SlotList.none ? last : links[Int(next)].previous
        links[Int(slot)] = Links(previous: previous, next: next)
        if previous == SlotList.none { first = slot } else { links[Int(previous)].next = slot }
        if next == SlotList.none { last = slot } else { links[Int(next)].previous = slot }
    }

    mutating func remove(_ slot: Int32, _ links: inout [Links]) {
        let gone = links[Int(slot)]
        if gone.previous == SlotList.none { first = gone.next } else { links[Int(gone.previous)].next = gone.next }
        if gone.next == SlotList.none { last = gone.previous } else { links[Int(gone.next)].previous = gone.previous }
    }
}
