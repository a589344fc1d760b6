import Dispatch
import TestSupport
import Testing

@testable import SQLiteJournal

@Suite struct DatabaseTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/file.sqlite"
        let database = try Database(path: path)
        try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE numbers (number INTEGER UNIQUE) STRICT")
    }

    private func code(_ body: () throws -> Void) -> Int32? {
        do { try body() } catch { return (error as? SQLiteFailure)?.code }
        return nil
    }

    @Test func `nothing stays of a transaction that fails, and the next one begins`() throws {
        let database = try Database(path: path)
        let failure = code {
            try database.write { (database) throws(SQLiteFailure) in
                try database.execute("INSERT INTO numbers VALUES (1)")
                try database.execute("INSERT INTO numbers VALUES (1)")
            }
        }
        // SQLITE_CONSTRAINT_UNIQUE
        #expect(failure == 2067)
        #expect(try database.integer("SELECT count(*) FROM numbers") == 0)
        try database.write { (database) throws(SQLiteFailure) in
            try database.execute("INSERT INTO numbers VALUES (1)")
        }
        #expect(try database.integer("SELECT count(*) FROM numbers") == 1)
    }

    @Test func `a read sees the file as it was when it began to look`() throws {
        let (reader, writer) = (try Database(path: path, isReadOnly: true), try Database(path: path))
        let counts = try reader.read { reader in
            let before = try reader.integer("SELECT count(*) FROM numbers")
            try writer.execute("INSERT INTO numbers VALUES (1)")
            return [before, try reader.integer("SELECT count(*) FROM numbers")]
        }
        #expect(counts == [0, 0])
        #expect(try reader.read { try $0.integer("SELECT count(*) FROM numbers") } == 1)
    }

    @Test func `one that only reads can't write`() throws {
        let reader = try Database(path: path, isReadOnly: true)
        // SQLITE_READONLY
        #expect(code { try reader.execute("INSERT INTO numbers VALUES (1)") } == 8)
    }

    @Test func `one that is closed says so, also to whoever comes later`() async throws {
        let connections = ReadConnections([Connection(try Database(path: path, isReadOnly: true), label: "test")])
        #expect(try await connections.read { try $0.integer("SELECT count(*) FROM numbers") } == 0)
        connections.close()
        // SQLITE_MISUSE
        #expect(code { _ = try connections.read { try $0.integer("SELECT 1") } } == 21)
        await #expect(throws: SQLiteFailure.self) { try await connections.read { try $0.integer("SELECT 1") } }
    }

    @Test func `a query goes past a connection that is in use`() async throws {
        let readers = [1, 2].map { _ in try? Database(path: path, isReadOnly: true) }.compactMap { $0 }
        let connections = ReadConnections(readers.map { Connection($0, label: "test") })
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let (begun, begins) = AsyncStream<Void>.makeStream()
        let slow = Task {
            try await connections.read { database in
                begins.yield()
                let semaphore = DispatchSemaphore(value: 0)
                Task {
                    _ = await stream.first { _ in true }
                    semaphore.signal()
                }
                semaphore.wait()
                return try database.integer("SELECT 1")
            }
        }
        _ = await begun.first { _ in true }
        #expect(try await connections.read { try $0.integer("SELECT 2") } == 2)
        continuation.yield()
        #expect(try await slow.value == 1)
    }
}
