import Foundation
import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import SQLiteJournal

/// A journal that an earlier version wrote.
@Suite struct MigrationTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private let sent = JobID(rawValue: 1_882_472_699_029_579_757)
    private let refused = JobID(rawValue: 1_882_472_699_082_873_797)
    private let waiting = JobID(rawValue: 1_882_472_699_139_260_460)
    private let scheduled = JobID(rawValue: 1_882_472_700_236_278_636)
    private let interrupted = JobID(rawValue: 1_882_472_700_289_826_307)

    private func openOld(in folder: TemporaryFolder) throws -> SQLiteJournal {
        try FileManager.default.createDirectory(atPath: folder.journal, withIntermediateDirectories: true)
        try Database(path: folder.journal + "/journal.sqlite").execute(FirstSchema.sql)
        return try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
    }

    @Test func `every message of a journal of the first schema reads as it was`() async throws {
        let folder = try TemporaryFolder()
        let journal = try openOld(in: folder)
        let states = [sent, refused, waiting, scheduled, interrupted]
        var records: [MessageRecord] = []
        for id in states { records.append(try #require(try await journal.message(id))) }
        #expect(records.map(\.state) == [.sent, .failed, .pending, .pending, .sending])
        #expect(records.map(\.traceparent) == Array(repeating: Self.trace, count: 5))
        #expect(records.map(\.attempts.count) == [1, 1, 3, 0, 0])
        #expect(records.flatMap(\.attempts).allSatisfy { $0.waits.isEmpty && $0.next == nil })
        #expect(records[1].attempts.first?.rid == "6b019548-14ee75f7-07792ac2")
        #expect(records[2].metadata == Array(#"{"order":"1"}"#.utf8))
        #expect(try journal.restored().map(\.id) == [waiting, scheduled, interrupted])
        #expect(try await journal.list(MessageFilter(recipient: "o-1")).messages.map(\.id) == [sent])
        let key = IdempotencyKey(client: "", app: "main", key: "k-1")
        #expect(try await journal.idempotent(key, now: records[0].createdAt + .seconds(60))?.id == sent)
        await journal.close()
    }

    @Test func `a message of the first schema goes on, and its next attempt is told in full`() async throws {
        let folder = try TemporaryFolder()
        let journal = try openOld(in: folder)
        let receipt = try await journal.write([.start(waiting, number: 4, at: start, needsBody: true)])
        #expect(receipt.bodies[waiting]?.traceparent == Self.trace)
        #expect(receipt.bodies[waiting]?.bytes.isEmpty == false)
        var fourth = attempt(4, .transient)
        fourth.waits = [Wait(.breakerOpen, .milliseconds(30_000))]
        fourth.next = NextStep(due: start + .seconds(60), reason: "retry after busy (-1)", cost: .paid)
        let retry = Settlement(state: .pending, at: start, nextAt: start + .seconds(60), countedAttempts: 4)
        try await journal.write([.settle(waiting, fourth, retry)])
        await journal.close()

        // Opening it once more migrates nothing.
        let again = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        let attempts = try #require(try await again.message(waiting)).attempts
        #expect(attempts.map(\.number) == [1, 2, 3, 4])
        #expect(attempts.last == fourth)
        await again.close()
    }
}
