import Queueing
import WeirPorts

/// Which message is the newest of those with the same mark. It holds messages with a `collapse_key` that have not ended, and so no more
/// than the queue does; each step looks at a few of them at the most, however many there are.
struct CollapseIndex: Sendable {
    private struct Entry: Sendable {
        let mark: CollapseMark
        /// The newest before it, which may have ended.
        let previous: JobID?
        /// The newer one that is on disk, and came while this one could not be replaced, as it was on its way or in doubt.
        var successor: JobID?
    }

    private var entries: [JobID: Entry] = [:]
    private var newest: [CollapseMark: JobID] = [:]

    /// Messages in it.
    var count: Int { entries.count }

    /// The newest message with this mark that has not ended.
    func newest(of mark: CollapseMark) -> JobID? { newest[mark] }

    /// The newer one that was accepted while this one could not be replaced.
    func successor(of id: JobID) -> JobID? { entries[id]?.successor }

    /// A message is the newest of its mark from now on.
    mutating func add(_ id: JobID, _ mark: CollapseMark) {
        entries[id] = Entry(mark: mark, previous: newest.updateValue(id, forKey: mark))
    }

    /// The journal has a message: only now may one before it end because of it.
    ///
    /// - Returns: the one before it, where it is still there.
    mutating func confirm(_ id: JobID) -> JobID? {
        guard let previous = entries[id]?.previous, entries[previous] != nil else { return nil }
        entries[previous]?.successor = id
        return previous
    }

    /// A message has ended. Nothing happens where it is not there.
    mutating func remove(_ id: JobID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        if newest[entry.mark] == id { newest[entry.mark] = nil }
    }

    /// A message was never accepted: what was before it is the newest again, if it is still there.
    ///
    /// - Parameter replaced: what it had taken out of the queue; known also where the message has ended meanwhile.
    mutating func undo(_ id: JobID, replacing replaced: JobID? = nil) {
        let previous = replaced ?? entries[id]?.previous
        remove(id)
        guard let previous, let mark = entries[previous]?.mark, newest[mark] == nil else { return }
        newest[mark] = previous
    }
}
