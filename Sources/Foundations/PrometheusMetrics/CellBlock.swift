internal import Synchronization

/// Sixteen counts side by side: atomics can't live in an array, and one object for each would scatter them.
final class CellBlock: Sendable {
    static let size = 16

    private let cells: InlineArray<16, Atomic<UInt64>>

    init() {
        cells = InlineArray { _ in Atomic(0) }
    }

    func increment(_ index: Int) {
        cells[index].wrappingAdd(1, ordering: .relaxed)
    }

    func load(_ index: Int) -> UInt64 {
        cells[index].load(ordering: .relaxed)
    }
}
