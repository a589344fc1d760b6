import Queueing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Intake
@testable import Weir

/// The same message handed over again.
@Suite struct IdempotencyTests {
    @Test func `the same key and equal JSON bring the same message again`() async throws {
        let bench = try MessageBench()
        let first = try await bench.accept("\"metadata\":{\"a\":1,\"b\":2}", key: "order-1")
        let second = try await bench.accept(" \"metadata\" : { \"b\":2, \"a\":1 }", key: "order-1")
        #expect(!first.isReplay)
        #expect(second.isReplay)
        #expect(second.record.id == first.record.id)
        await bench.harness.transport.waitForRequests(2)
        bench.harness.transport.answer(.success(.ok))
        await bench.settle()
        #expect(try await bench.accept("\"metadata\":{\"a\":1,\"b\":2}", key: "order-1").record.state == .sent)
        #expect(bench.harness.calls.count == 1)
    }

    @Test func `another body under the same key is a conflict`() async throws {
        let bench = try MessageBench()
        try await bench.accept("\"metadata\":{\"a\":1}", key: "order-1")
        let refusal = await bench.refusal(MessageBench.body("\"metadata\":{\"a\":2}"), key: "order-1")
        #expect(refusal?.reason == .conflict)
        #expect(refusal?.reason == .conflict)
        #expect(bench.harness.journal.model.messages.count == 1)
    }

    @Test func `keys belong to their client and live for a day`() async throws {
        let bench = try MessageBench()
        let first = try await bench.accept(key: "k").record.id
        let other = try await bench.accept(key: "k", as: bench.billing)
        #expect(!other.isReplay)
        #expect(other.record.id != first)
        bench.harness.time.advance(by: .seconds(86_399))
        #expect(try await bench.accept(key: "k").record.id == first)
        bench.harness.time.advance(by: .seconds(1))
        #expect(try await bench.accept(key: "k").isReplay == false)
    }

    @Test func `a concurrent second waits for the first`() async throws {
        let bench = try MessageBench()
        bench.harness.journal.setManual(true)
        async let first = bench.accept(key: "k")
        await bench.harness.journal.waitForAppends(1)
        async let second = bench.accept(key: "k")
        async let third = bench.accept(key: "k")
        for _ in 0..<100 { await Task.yield() }
        #expect(bench.harness.journal.appends.count == 1)
        bench.harness.journal.setManual(false)
        bench.harness.journal.commit()
        let replies = try await [first, second, third]
        #expect(Set(replies.map(\.record.id)).count == 1)
        #expect(replies.filter(\.isReplay).count == 2)
    }

    @Test func `a first that failed lets the second try`() async throws {
        let bench = try MessageBench()
        bench.harness.journal.setManual(true)
        bench.harness.journal.fail(with: nil)
        async let first = bench.refusal(MessageBench.body(), key: "k")
        await bench.harness.journal.waitForAppends(1)
        bench.harness.journal.fail(with: .full("no room"))
        bench.harness.journal.commit()
        #expect(await first?.reason == .journal)
        bench.harness.journal.fail(with: nil)
        bench.harness.journal.setManual(false)
        bench.harness.dispatcher.setJournalWritable(true)
        #expect(try await bench.accept(key: "k").isReplay == false)
    }

    @Test func `a repeat is known although its time has passed meanwhile`() async throws {
        let bench = try MessageBench()
        let member = "\"not_after\":\"2026-11-21T12:01:00+08:00\""
        let first = try await bench.accept(member, key: "k").record.id
        bench.harness.time.advance(by: .seconds(120))
        let again = try await bench.accept(member, key: "k")
        #expect(again.isReplay)
        #expect(again.record.id == first)
    }

    @Test func `a key in the body counts like one in the header`() async throws {
        let bench = try MessageBench()
        let first = try await bench.accept("\"idempotency_key\":\"k\"").record.id
        let second = try await bench.accept(key: "k")
        #expect(second.isReplay)
        #expect(second.record.id == first)
    }

    @Test func `each key lets one through at a time, and none is left behind`() async {
        let gate = KeyedTurns<String>()
        let inside = Outbox<Int>()
        let most = Outbox<Int>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    let key = "k"
                    guard (try? await gate.enter(key, for: "c")) != nil else { return }
                    inside.put(1)
                    most.put(inside.all.reduce(0, +))
                    await Task.yield()
                    inside.put(-1)
                    gate.leave(key)
                }
            }
        }
        #expect(most.all == Array(repeating: 1, count: 50))
    }

    @Test func `a line has an end, and leaving wakes one`() async throws {
        let gate = KeyedTurns<String>()
        let key = "k"
        try await gate.enter(key, for: "c")
        let ends = Outbox<MessageRefusalReason?>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<(KeyedTurns<String>.longestLine + 5) {
                group.addTask {
                    do throws(MessageRefusal) {
                        try await gate.enter(key, for: "c")
                        ends.put(nil)
                        gate.leave(key)
                    } catch { ends.put(error.reason) }
                }
            }
            // Those that find no place are answered at once.
            while ends.count < 5 { await Task.yield() }
            #expect(ends.all == Array(repeating: .overloaded, count: 5))
            gate.leave(key)
        }
        #expect(ends.all.count { $0 == nil } == KeyedTurns<String>.longestLine)
        try await gate.enter(key, for: "c")
    }

    @Test func `one client's lines leave room for those of others`() async throws {
        let gate = KeyedTurns<String>()
        let half = KeyedTurns<String>.mostWaiting / 2
        let refused = Outbox<String>()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<(half + 50) {
                let key = "\(number / 50)"
                group.addTask {
                    do throws(MessageRefusal) {
                        try await gate.enter(key, for: "greedy")
                    } catch { if error.reason == .overloaded { refused.put("greedy") } }
                }
            }
            // One of each fifty is inside, the others wait.
            for number in 0..<200 {
                let key = "more \(number)"
                for _ in 0..<2 {
                    group.addTask {
                        do throws(MessageRefusal) {
                            try await gate.enter(key, for: "greedy")
                        } catch { if error.reason == .overloaded { refused.put("greedy") } }
                    }
                }
            }
            while refused.count == 0 { await Task.yield() }
            let key = "k"
            do throws(MessageRefusal) {
                try await gate.enter(key, for: "good")
                gate.leave(key)
            } catch { refused.put("good") }
            gate.close()
        }
        #expect(!refused.all.contains("good"))
    }
}
