import Queueing
import WeirPorts

/// Which message is the newest of those with the same mark. It holds messages with a `collapse_key` that have not ended, and so no more
/// than the queue does; each step looks at a few of them at the most, however many there are.
struct CollapseIndex: Sendable {
    private struct Entry: Sendable {
        let mark: CollapseMark
        /// The newest before it, which may have ended.
        let previous: JobID?
        /// The newer one that came while it could not be replaced, as it was on its way or in doubt.
        var successor: JobID?
    }

    private var entries: [JobID: Entry] = [:]
    private var newest: [CollapseMark: JobID] = [:]

    /// Messages in it.
    var count: Int { entries.count }

    /// The newest message with this mark that has not ended.
    func newest(of mark: CollapseMark) -> JobID? { newest[mark] }

    /// The newer one that came while this one could not be replaced.
    func successor(of id: JobID) -> JobID? { entries[id]?.successor }

    /// A message is the newest of its mark from now on.
    mutating func add(_ id: JobID, _ mark: CollapseMark) {
        let previous = newest.updateValue(id, forKey: mark)
        if let previous { entries[previous]?.successor = id }
        entries[id] = Entry(mark: mark, previous: previous)
    }

    /// A message has ended. Nothing happens where it is not there.
    mutating func remove(_ id: JobID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        if newest[entry.mark] == id { newest[entry.mark] = nil }
    }

    /// A message was never accepted: what was before it is the newest again, if it is still there.
    mutating func undo(_ id: JobID) {
        guard let entry = entries[id] else { return }
        remove(id)
        guard newest[entry.mark] == nil, let previous = entry.previous, entries[previous] != nil else { return }
        entries[previous]?.successor = nil
        newest[entry.mark] = previous
    }
}
