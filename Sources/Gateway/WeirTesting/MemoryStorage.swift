internal import Synchronization
public import WeirPorts

/// The storage of a `MemoryJournal`: it outlives the journal, not the process.
public final class MemoryStorage: JournalStorage {
    private let journal = Mutex<MemoryJournal?>(nil)
    private let model = Mutex(JournalModel())
    private let wrap: @Sendable (MemoryJournal) -> any Journal

    /// - Parameter wrap: puts another journal around each one that is opened.
    public init(wrap: @escaping @Sendable (MemoryJournal) -> any Journal = { $0 }) {
        self.wrap = wrap
    }

    /// A new `MemoryJournal` of what earlier ones have committed, inside of `wrap`'s journal.
    public func open() async throws -> any Journal {
        let opened = MemoryJournal(model.withLock { $0 })
        journal.withLock { $0 = opened }
        return wrap(opened)
    }

    /// Closes the journal and keeps what it holds for the next one.
    public func close() async {
        guard let closing = take() else { return }
        await closing.close()
        model.withLock { $0 = closing.model }
    }

    /// Drops what is not committed and keeps the rest. Nobody who waits is answered.
    public func kill() async throws {
        guard let killed = take() else { return }
        killed.losePending()
        model.withLock { $0 = killed.model }
    }

    /// From now on each commit fails with `full`.
    public func breakDisk() async throws {
        journal.withLock { $0?.fail(with: .full("no room")) }
    }

    /// Commits succeed again, those that were kept first.
    public func mendDisk() async throws {
        journal.withLock { $0?.fail(with: nil) }
    }

    private func take() -> MemoryJournal? {
        journal.withLock { $0.take() }
    }
}
