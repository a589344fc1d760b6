import Queueing
import SQLiteJournal
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

/// Random histories, told to the journal and to `JournalModel`.
@Suite struct ModelTests {
    private struct History {
        var generator: SeededGenerator
        /// The number of each message's last attempt, and whether it is in flight.
        var attempts: [(number: Int, isInFlight: Bool)] = []
        var clock: Int64 = 0

        mutating func next() -> JournalWrite {
            clock += Int64.random(in: 1...3, using: &generator)
            let now = start + .milliseconds(clock)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0, 1: return .receive(receipt(now))
            case 2: return .match(turn(now))
            default: break
            }
            guard let index = attempts.indices.randomElement(using: &generator),
                Int.random(in: 0..<4, using: &generator) > 0
            else { return accept(now) }
            let target = id(index)
            guard attempts[index].isInFlight else {
                switch Int.random(in: 0..<7, using: &generator) {
                case 2: return .collapse(target, into: id(attempts.count - 1), at: now)
                case 0: return .conclude(target, settlement(now))
                case 1: return .redrive(target, at: now)
                default:
                    attempts[index] = (attempts[index].number + 1, true)
                    return .start(
                        target,
                        number: attempts[index].number,
                        at: now,
                        needsBody: .random(using: &generator)
                    )
                }
            }
            attempts[index].isInFlight = false
            if Int.random(in: 0..<5, using: &generator) == 0 {
                attempts[index].number -= 1
                return .conclude(target, settlement(now))
            }
            var record = attempt(
                attempts[index].number,
                at: now,
                Outcome.allCases.randomElement(using: &generator) ?? .unknown
            )
            if Bool.random(using: &generator) { (record.errcode, record.errmsg, record.rid) = (nil, nil, nil) }
            record.waits = waits()
            if Bool.random(using: &generator) { record.next = next(now) }
            return .settle(target, record, settlement(now))
        }

        /// Times are in steps of milliseconds here: whatever is about seconds is always near.
        private mutating func receipt(_ now: Timestamp) -> ReceivedReceipt {
            let states = MessageReceipt.State.allCases.filter { $0 != .missing }
            return ReceivedReceipt(
                app: "main",
                types: Bool.random(using: &generator) ? MessageType.allCases : [.template, .mass],
                msgid: Bool.random(using: &generator) ? Int64.random(in: 1...8, using: &generator) : nil,
                recipient: Int.random(in: 0..<4, using: &generator) > 0 ? "oRecipient" : "",
                receipt: MessageReceipt(states.randomElement(using: &generator) ?? .failed, at: now, reason: "failed"),
                digest: Int64.random(in: 1...200, using: &generator),
                receivedAt: now
            )
        }

        private mutating func turn(_ now: Timestamp) -> ReceiptTurn {
            ReceiptTurn(
                now: now,
                settledAfter: .milliseconds(Int64.random(in: 0...40, using: &generator)),
                keptFor: .milliseconds(Int64.random(in: 100...600, using: &generator)),
                missingBefore: ["main": start + .milliseconds(clock - 500)],
                limit: Int.random(in: 1...20, using: &generator)
            )
        }

        private mutating func waits() -> [Wait] {
            WaitReason.allCases.filter { _ in Int.random(in: 0..<6, using: &generator) == 0 }
                .map { Wait($0, .milliseconds(Int64.random(in: 1...100_000, using: &generator))) }
        }

        private mutating func next(_ now: Timestamp) -> NextStep {
            let costs: [RetryCost] = [.free, .paid, .deferred(.milliseconds(1_200)), .deferred(.zero)]
            return NextStep(
                due: Bool.random(using: &generator) ? now + .seconds(7) : nil,
                wait: Bool.random(using: &generator) ? WaitReason.allCases.randomElement(using: &generator) : nil,
                reason: ["retry after -1, system busy", "turn: ", ": :"].randomElement(using: &generator) ?? "",
                cost: costs.randomElement(using: &generator) ?? .free
            )
        }

        private mutating func accept(_ now: Timestamp) -> JournalWrite {
            attempts.append((0, false))
            var message = record(
                id(attempts.count - 1),
                createdAt: now,
                key: Bool.random(using: &generator) ? "k" : nil
            )
            message.message.priority = Priority.allCases.randomElement(using: &generator) ?? .normal
            message.message.type = MessageType.allCases.randomElement(using: &generator) ?? .mass
            if Bool.random(using: &generator) { message.message.notBefore = now + .seconds(1) }
            if Bool.random(using: &generator) { message.content.recipient = "" }
            if Bool.random(using: &generator) { message.content.metadata = Array("{}".utf8) }
            return .accept(message)
        }

        private mutating func settlement(_ now: Timestamp) -> Settlement {
            // Those that a receipt moves are there twice.
            let states = JobState.allCases.filter { $0 != .sending } + [.sent, .unknown]
            var settlement = Settlement(
                state: states.randomElement(using: &generator) ?? .pending,
                at: now,
                nextAt: Bool.random(using: &generator) ? now + .seconds(5) : nil,
                countedAttempts: Int.random(in: 0...9, using: &generator),
                msgid: Bool.random(using: &generator) ? msgid() : nil,
                reason: Bool.random(using: &generator) ? "busy" : nil
            )
            settlement.awaitsReceipt = Bool.random(using: &generator)
            return settlement
        }

        /// A few come again, so that receipts find their messages.
        private mutating func msgid() -> Int64 {
            let isKnown = Int.random(in: 0..<3, using: &generator) > 0
            return Int64.random(in: isKnown ? 1...8 : .min ... .max, using: &generator)
        }
    }

    @Test(arguments: 1...6)
    func `whatever happens, the journal tells it as it was`(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        var journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
        var history = History(generator: SeededGenerator(seed: seed))
        var model = JournalModel()
        for round in 0..<8 {
            let answers = Answers<[ReceiptNews]?>()
            var expected: [[ReceiptNews]?] = []
            let calls = 60
            for _ in 0..<calls {
                let writes = (0..<Int.random(in: 1...4, using: &history.generator)).map { _ in history.next() }
                expected.append(writes.flatMap { model.apply($0) })
                journal.append(writes) { answers.add(try? $0.get().receipts) }
            }
            #expect(await answers.wait(for: calls) == expected, "seed \(seed) round \(round)")
            if round % 3 == 2 {
                await journal.close()
                journal = try SQLiteJournal(path: folder.journal, timeSource: ManualTimeSource())
            }
            #expect(try journal.restored() == model.restored, "seed \(seed) round \(round)")
            for index in history.attempts.indices {
                let found = parts(try await journal.message(id(index)))
                #expect(found == parts(model.message(id(index))), "seed \(seed) message \(index)")
            }
        }
        await journal.close()
    }
}
