internal import Synchronization

/// The children of one family by their label values.
///
/// The lock guards finding, adding and removing children; updates don't take it, and a scrape takes it only to copy a reference.
final class ChildTable<Child: Instrument>: Sendable {
    private struct Entry {
        var child: Child
        /// When the child was last seen to have been used; unknown before the first look.
        var lastTouched: Duration?
    }

    private struct State {
        var entries: [[String]: Entry] = [:]
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
    private let state = Mutex(State())

    init(_ descriptor: MetricDescriptor, shape: Child.Shape, refused: Counter?) {
        self.descriptor = descriptor
        self.shape = shape
        self.refused = refused
        only = descriptor.labels.isEmpty ? Child(Series(name: descriptor.name), shape: shape) : nil
    }

    /// The child with these values for the fixed label names; the overflow's if their number is wrong.
    func child(_ values: [String]) -> Child {
        if let only { return only }
        guard case .fixed(let names) = descriptor.labels, names.count == values.count else { return overflow() }
        return child(key: values)
    }

    /// The child with this key; of free labels, the names are valid and sorted.
    func child(key: [String]) -> Child {
        let key = clipped(key)
        let found = state.withLock { state -> Child? in
            if let entry = state.entries[key] { return entry.child }
            let overflows = state.entries[descriptor.labels.overflowKey] == nil ? 0 : 1
            guard state.entries.count - overflows < descriptor.maximumLabelSets else { return nil }
            return add(key, to: &state)
        }
        guard let found else { return overflow() }
        found.touch()
        return found
    }

    private func overflow() -> Child {
        refused?.increment()
        let key = descriptor.labels.overflowKey
        let child = state.withLock { $0.entries[key]?.child ?? add(key, to: &$0) }
        child.touch()
        return child
    }

    private func add(_ key: [String], to state: inout State) -> Child {
        let series = Series(name: descriptor.name, labels: descriptor.labels.pairs(of: key))
        let child = Child(series, shape: shape)
        state.entries[key] = Entry(child: child)
        state.fresh.append(child)
        return child
    }

    /// Forgets a child; the next one with its values starts at zero.
    func remove(key: [String]) -> Bool {
        let key = clipped(key)
        return state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: key) else { return false }
            forget([ObjectIdentifier(entry.child)], in: &state)
            return true
        }
    }

    /// Forgets all children with one of these values of one label; returns how many.
    func removeAll(where label: String, isIn values: Set<String>) -> Int {
        guard case .fixed(let names) = descriptor.labels, let place = names.firstIndex(of: label) else { return 0 }
        let values = Set(clipped(Array(values)))
        return state.withLock { state in
            var gone: Set<ObjectIdentifier> = []
            for (key, entry) in state.entries where values.contains(key[place]) {
                state.entries[key] = nil
                gone.insert(ObjectIdentifier(entry.child))
            }
            forget(gone, in: &state)
            return gone.count
        }
    }

    /// Forgets this very child, under its key or as the overflow's.
    func remove(_ child: Child, key: [String]) {
        state.withLock { state in
            for key in [clipped(key), descriptor.labels.overflowKey] where state.entries[key]?.child === child {
                state.entries[key] = nil
                forget([ObjectIdentifier(child)], in: &state)
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
                } else if let last = entry.lastTouched, last < cutoff {
                    state.entries[key] = nil
                    gone.insert(ObjectIdentifier(entry.child))
                }
            }
            forget(gone, in: &state)
            return gone.count
        }
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

    func render(into output: inout [UInt8], as format: ExpositionFormat) {
        let children = children()
        guard !children.isEmpty else { return }
        TextFormat.append(headerOf: descriptor, as: format, to: &output)
        for child in children { child.render(into: &output, as: format) }
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

    func increment(_ index: Int) {
        cells[index].wrappingAdd(1, ordering: .relaxed)
    }

    func load(_ index: Int) -> UInt64 {
        cells[index].load(ordering: .relaxed)
    }
}

/// One child's name and labels, rendered once so that a scrape only copies them.
struct Series: Sendable {
    let name: String

    /// `name="value",…` without braces, escaped; also what children are sorted by.
    let labels: [UInt8]

    init(name: String, labels pairs: [(name: String, value: String)] = []) {
        self.name = name
        var labels: [UInt8] = []
        for pair in pairs {
            if !labels.isEmpty { labels.append(UInt8(ascii: ",")) }
            TextFormat.append(label: pair.name, value: pair.value, to: &labels)
        }
        self.labels = labels
    }

    /// `name_suffix{labels} `, up to where the value follows.
    func prefix(suffix: String = "") -> [UInt8] {
        var prefix = Array((name + suffix).utf8)
        if !labels.isEmpty {
            prefix.append(UInt8(ascii: "{"))
            prefix += labels
            prefix.append(UInt8(ascii: "}"))
        }
        prefix.append(UInt8(ascii: " "))
        return prefix
    }

    /// `name_bucket{labels,le="`, up to where the bound follows.
    func bucketPrefix() -> [UInt8] {
        var prefix = Array((name + "_bucket{").utf8)
        prefix += labels
        if !labels.isEmpty { prefix.append(UInt8(ascii: ",")) }
        prefix += Array("le=\"".utf8)
        return prefix
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

    func render(into output: inout [UInt8], as format: ExpositionFormat)
}
