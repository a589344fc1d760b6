/// Where the dispatcher keeps an app. A place is used again after its app has left; the number of the stay is not. So what was
/// given out for an app that left, or that has another AppID by now, is never taken for what stands in the same place today.
package struct AppSlot: Hashable, Sendable {
    /// The app's index with the dispatch machine.
    package let index: Int
    /// Counts up whenever another app, or the same with another AppID, takes the place.
    package let stay: UInt64

    package init(index: Int, stay: UInt64) {
        self.index = index
        self.stay = stay
    }
}
