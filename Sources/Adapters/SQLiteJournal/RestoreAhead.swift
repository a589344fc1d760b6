internal import Dispatch
internal import Synchronization
internal import WeirPorts

/// Messages on their way from the thread that reads them to the one that takes them over, in batches: the two halves of a restart
/// take about the same time, and go side by side.
final class RestoreAhead: Sendable {
    private struct State: Sendable {
        var batches: [[RestoredMessage]] = []
        var end: Result<Void, any Error>?
    }

    private let state = Mutex(State())
    private let filled = DispatchSemaphore(value: 0)
    private let free = DispatchSemaphore(value: RestoreAhead.batches)

    /// Batches read ahead at most.
    private static let batches = 4
    private static let batchSize = 512

    /// Begins to read with one of `readers`, on a thread of its own.
    init(_ readers: ReadConnections) {
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            let end = Result { try readers.read { try read($0) } }
            state.withLock { $0.end = end }
            filled.signal()
        }
    }

    private func read(_ database: Database) throws(SQLiteFailure) {
        var batch: [RestoredMessage] = []
        try JournalReader.restore(database) { message in
            batch.append(message)
            guard batch.count == RestoreAhead.batchSize else { return }
            put(batch)
            batch.removeAll(keepingCapacity: true)
        }
        if !batch.isEmpty { put(batch) }
    }

    private func put(_ batch: [RestoredMessage]) {
        free.wait()
        state.withLock { $0.batches.append(batch) }
        filled.signal()
    }

    /// Hands over what was read, in its order, on the calling thread, which waits until all is. To be called once.
    func forEach(_ body: (RestoredMessage) -> Void) throws {
        while true {
            filled.wait()
            let batch = state.withLock { $0.batches.isEmpty ? nil : $0.batches.removeFirst() }
            guard let batch else { break }
            free.signal()
            for message in batch { body(message) }
        }
        try state.withLock { $0.end }?.get()
    }
}
