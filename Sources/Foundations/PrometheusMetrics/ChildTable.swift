internal import Synchronization
import WireProtobuf

/// The children of one family by their label values.
///
/// The lock guards finding, adding and removing children; updates don't take it, and a scrape takes it only to copy a reference.
final class ChildTable<Child: Instrument>: Sendable {
    private struct Entry {
        var child: Child
        /// 0 for a child of its own; the number of its overflow from 1 on; the one behind them is for what is all `other`.
        var level: Int
        /// When the child was last seen to have been used; unknown before the first look.
        var lastTouched: Duration?
    }

    private struct State {
        var entries: [[String]: Entry] = [:]
        /// How many children there are at each level.
        var counts: [Int]
        var refused = RefusedKeys()
        var sorted: [Child] = []
        /// Children that came since `sorted` was made.
        var fresh: [Child] = []
        /// Changes whenever `sorted` and `fresh` change in any way but by a child that is added.
        var version = 0
    }

    let descriptor: MetricDescriptor
    private let shape: Child.Shape
    private let refused: Counter?
    private let only: Child?
    private let state: Mutex<State>

    init(_ descriptor: MetricDescriptor, shape: Child.Shape, refused: Counter?) {
        self.descriptor = descriptor
        self.shape = shape
        self.refused = refused
        only = descriptor.labels.isEmpty ? Child(Series(name: descriptor.name), shape: shape) : nil
        state = Mutex(State(counts: Array(repeating: 0, count: descriptor.overflows.count + 2)))
    }

    /// The child with these values for the fixed label names; the overflow's if their number is wrong.
    func child(_ values: [String]) -> Child {
        if let only { return only }
        guard case .fixed(let names) = descriptor.labels, names.count == values.count else { return misfit(values) }
        return child(key: values)
    }

    /// The child with this key; of free labels, the names are valid and sorted.
    func child(key: [String]) -> Child {
        let key = clipped(key)
        let child = state.withLock { state in state.entries[key]?.child ?? make(key, &state) }
        child.touch()
        return child
    }

    private func misfit(_ values: [String]) -> Child {
        let child = state.withLock { state in
            refuse(values, &state)
            return last(&state)
        }
        child.touch()
        return child
    }

    /// A child of its own while there is room, or the first of the overflows' that has any.
    private func make(_ key: [String], _ state: inout State) -> Child {
        if key == descriptor.labels.overflowKey { return last(&state) }
        if state.counts[0] < descriptor.maximumLabelSets { return add(key, level: 0, to: &state) }
        refuse(key, &state)
        guard case .fixed(let names) = descriptor.labels else { return last(&state) }
        for (number, overflow) in descriptor.overflows.enumerated() {
            let short = overflow.key(for: key, names: names)
            if let entry = state.entries[short] { return entry.child }
            guard state.counts[number + 1] < overflow.maximum else { continue }
            return add(short, level: number + 1, to: &state)
        }
        return last(&state)
    }

    private func refuse(_ key: [String], _ state: inout State) {
        if state.refused.insert(key) { refused?.increment() }
    }

    private func last(_ state: inout State) -> Child {
        let key = descriptor.labels.overflowKey
        return state.entries[key]?.child ?? add(key, level: descriptor.overflows.count + 1, to: &state)
    }

    private func add(_ key: [String], level: Int, to state: inout State) -> Child {
        let series = Series(name: descriptor.name, labels: descriptor.labels.pairs(of: key))
        let child = Child(series, shape: shape)
        state.entries[key] = Entry(child: child, level: level)
        state.counts[level] += 1
        state.fresh.append(child)
        return child
    }

    /// Forgets a child; the next one with its values starts at zero.
    func remove(key: [String]) -> Bool {
        let key = clipped(key)
        return state.withLock { state in
            guard let child = take(key, from: &state) else { return false }
            forget([child], in: &state)
            return true
        }
    }

    /// Forgets all children with one of these values of one label; returns how many.
    func removeAll(where label: String, isIn values: Set<String>) -> Int {
        guard case .fixed(let names) = descriptor.labels, let place = names.firstIndex(of: label) else { return 0 }
        let values = Set(clipped(Array(values)))
        return removeAll { key, _ in values.contains(key[place]) }
    }

    /// Forgets all children that a condition is true of; returns how many.
    func removeAll(_ isGone: (_ key: [String], _ child: Child) -> Bool) -> Int {
        state.withLock { state in
            let keys = state.entries.filter { isGone($0.key, $0.value.child) }.keys
            forget(Set(keys.compactMap { take($0, from: &state) }), in: &state)
            return keys.count
        }
    }

    /// Forgets this very child, under its key or as an overflow's.
    func remove(_ child: Child, key: [String]) {
        state.withLock { state in
            for key in [clipped(key), descriptor.labels.overflowKey] where state.entries[key]?.child === child {
                if let gone = take(key, from: &state) { forget([gone], in: &state) }
            }
        }
    }

    /// Forgets the children whose last use was seen before `cutoff`; returns how many.
    func expireUntouched(since cutoff: Duration, at now: Duration) -> Int {
        state.withLock { state in
            var gone: Set<ObjectIdentifier> = []
            for (key, entry) in state.entries {
                if entry.child.takeTouched() {
                    state.entries[key]?.lastTouched = now
                } else if let last = entry.lastTouched, last < cutoff, let child = take(key, from: &state) {
                    gone.insert(child)
                }
            }
            forget(gone, in: &state)
            return gone.count
        }
    }

    private func take(_ key: [String], from state: inout State) -> ObjectIdentifier? {
        guard let entry = state.entries.removeValue(forKey: key) else { return nil }
        state.counts[entry.level] -= 1
        return ObjectIdentifier(entry.child)
    }

    private func forget(_ gone: Set<ObjectIdentifier>, in state: inout State) {
        guard !gone.isEmpty else { return }
        state.sorted.removeAll { gone.contains(ObjectIdentifier($0)) }
        state.fresh.removeAll { gone.contains(ObjectIdentifier($0)) }
        state.version += 1
    }

    var count: Int {
        only == nil ? state.withLock { $0.entries.count } : 1
    }

    /// Every child, sorted by its labels; sorting happens outside the lock, and only the new ones are out of place.
    func children() -> [Child] {
        if let only { return [only] }
        let (known, fresh, version) = state.withLock { ($0.sorted, $0.fresh, $0.version) }
        guard !fresh.isEmpty else { return known }
        let sorted = (known + fresh).sorted { $0.series.labels.lexicographicallyPrecedes($1.series.labels) }
        state.withLock { state in
            guard state.version == version else { return }
            state.sorted = sorted
            state.fresh.removeFirst(fresh.count)
            state.version += 1
        }
        return sorted
    }

    func render(into output: inout [UInt8], as scrape: Exposition) {
        let children = children()
        guard !children.isEmpty else { return }
        guard scrape.format != .protobuf else {
            return ProtobufFormat.append(descriptor, children, as: scrape, to: &output)
        }
        TextFormat.append(headerOf: descriptor, as: scrape.format, to: &output)
        for child in children { child.render(into: &output, as: scrape) }
    }

    /// Long values are cut before they are looked up, so that no caller can fill the memory with one label.
    private func clipped(_ values: [String]) -> [String] {
        let limit = MetricRegistry.maximumLabelValueBytes
        guard values.contains(where: { $0.utf8.count > limit }) else { return values }
        return values.map { value in
            guard value.utf8.count > limit else { return value }
            var clipped = String.UnicodeScalarView()
            var length = 0
            for scalar in value.unicodeScalars {
                length += scalar.utf8.count
                if length > limit { break }
                clipped.append(scalar)
            }
            return String(clipped)
        }
    }
}

/// Sixteen counts side by side: atomics can't live in an array, and one object for each would scatter them.
final class CellBlock: Sendable {
    static let size = 16

    private let cells: InlineArray<16, Atomic<UInt64>>

    init() {
        cells = InlineArray { _ in Atomic(0) }
    }

    /// As many as hold so many counts.
    static func row(of count: Int) -> [CellBlock] {
        (0..<((count + size - 1) / size)).map { _ in CellBlock() }
    }

    func increment(_ index: Int) {
        cells[index].wrappingAdd(1, ordering: .relaxed)
    }

    func load(_ index: Int) -> UInt64 {
        cells[index].load(ordering: .relaxed)
    }
}

/// What a table of children needs of the thing that is counted, set or observed.
protocol Instrument: AnyObject, Sendable {
    /// What all children of one family share.
    associatedtype Shape: Sendable

    init(_ series: Series, shape: Shape)

    var series: Series { get }

    /// Notes a use, so that the child does not expire.
    func touch()

    /// Whether the child was used since the last call.
    func takeTouched() -> Bool

    /// Its lines in one of the text formats.
    func render(into output: inout [UInt8], as scrape: Exposition)

    /// What its `Metric` holds beside the labels.
    func render(into writer: inout ProtobufWriter, as scrape: Exposition)
}
