import Queueing

/// Shares a pool whose places are taken for a while, so that nobody takes the last one.
///
/// Whoever has places gets another only while it has fewer than ``factor`` times what is free: alone it may have three quarters of the
/// pool, and the more others take the less each may have (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6
/// (2), 1998). A reserve is left for work that goes first.
package struct SlotShares: Equatable, Sendable {
    package static let factor = 3
    /// Of the pool, for `urgent` and `high` alone: one in ten.
    static let reserve = 10

    /// How many places of a pool are not kept from this priority.
    static func open(_ size: Int, to priority: Priority) -> Int {
        priority > .high ? size - size / reserve : size
    }

    /// Whether one that holds `own` of the `taken` places may take another.
    static func allows(own: Int, taken: Int, of size: Int, priority: Priority) -> Bool {
        let open = open(size, to: priority)
        guard taken < open else { return false }
        // With a place or two left in a small pool the share would round to nothing.
        return own < max(1, (open - taken).multipliedReportingOverflow(by: factor).partialValue)
    }
}
