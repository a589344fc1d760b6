import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Messaging
@testable import Weir

/// Many messages in one request.
@Suite struct MessageBatchTests {
    private func results(_ bench: MessageBench, _ body: [UInt8], isLines: Bool = false) async throws -> [String] {
        let results = try await bench.service.acceptBatch(
            body,
            isLines: isLines,
            caller: bench.orders,
            traceparent: "t"
        )
        return results.map { item in
            switch item.result {
            case .success(let reply): "\(item.index) \(reply.isReplay ? "again" : "ok")"
            case .failure(let refusal): "\(item.index) \(refusal.reason) \(refusal.field ?? "")"
            }
        }
    }

    @Test(arguments: [false, true])
    func `one bad item does the others no harm`(_ isLines: Bool) async throws {
        let bench = try MessageBench()
        let good = String(decoding: MessageBench.body(), as: UTF8.self)
        let items = [good, "{\"type\":\"sms\"}", "7", "{\"type\":\"template\",\"message\":{}}", good]
        let text = isLines ? items.joined(separator: "\r\n") + "\n\n" : "[" + items.joined(separator: ", ") + "]"
        #expect(
            try await results(bench, Array(text.utf8), isLines: isLines) == [
                "0 ok", "1 invalid type", "2 malformed ", "3 invalid message.touser", "4 ok",
            ]
        )
        #expect(bench.harness.journal.model.messages.count == 2)
    }

    @Test func `an item may have a key, and two of the same are one message`() async throws {
        let bench = try MessageBench()
        let item = String(decoding: MessageBench.body("\"idempotency_key\":\"k\""), as: UTF8.self)
        let found = try await results(bench, Array("[\(item),\(item)]".utf8))
        #expect(found.sorted() == ["0 again", "1 ok"] || found.sorted() == ["0 ok", "1 again"])
        #expect(bench.harness.journal.model.messages.count == 1)
    }

    @Test(arguments: ["", "[]", "{}", "[1", "null"])
    func `what is no batch is refused as a whole`(_ body: String) async throws {
        let bench = try MessageBench()
        await #expect { _ = try await results(bench, Array(body.utf8)) } throws: {
            ($0 as? MessageRefusal)?.reason == .malformed
        }
    }

    @Test func `a batch has at most a thousand items`() async throws {
        let bench = try MessageBench {
            $0.apps["main"]?.defaultLimit = RateLimit(permits: 1, per: .seconds(60), burst: 1)
        }
        let item = String(decoding: MessageBench.body(), as: UTF8.self)
        let full = "[" + Array(repeating: item, count: 1000).joined(separator: ",") + "]"
        #expect(try await results(bench, Array(full.utf8)).filter { $0.hasSuffix("ok") }.count == 1000)
        let over = Array("[\(Array(repeating: "1", count: 1001).joined(separator: ","))]".utf8)
        await #expect { _ = try await results(bench, over) } throws: { ($0 as? MessageRefusal)?.reason == .tooLarge }
    }

    @Test func `each item counts against the client's rate`() async throws {
        let bench = try MessageBench { $0.clients["orders"]?.rate = RateLimit(permits: 2, per: .seconds(1), burst: 2) }
        let item = String(decoding: MessageBench.body(), as: UTF8.self)
        let found = try await results(bench, Array("[\(item),\(item),\(item)]".utf8))
        #expect(found.filter { $0.hasSuffix("rateLimited ") }.count == 1)
    }

    @Test(arguments: [false, true])
    func `a batch ends at its 1,001st item, whatever follows`(_ isLines: Bool) async throws {
        let bench = try MessageBench()
        // Nothing after it is looked at: what follows is no JSON.
        let items = Array(repeating: "0", count: 1001).joined(separator: isLines ? "\n" : ",")
        let text = isLines ? items + "\n\u{1}" : "[" + items + ",\u{1}"
        await #expect { _ = try await results(bench, Array(text.utf8), isLines: isLines) } throws: {
            ($0 as? MessageRefusal)?.reason == .tooLarge
        }
        var huge = [UInt8](repeating: UInt8(ascii: "0"), count: 16 << 20)
        for index in stride(from: 1, to: huge.count, by: 2) { huge[index] = UInt8(ascii: isLines ? "\n" : ",") }
        if !isLines { huge[0] = UInt8(ascii: "[") }
        await #expect { _ = try await results(bench, huge, isLines: isLines) } throws: {
            ($0 as? MessageRefusal)?.reason == (isLines ? .tooLarge : .malformed)
        }
    }

    @Test func `batches have a bound together, of which each client has a share`() async throws {
        let bench = try MessageBench()
        let pool = bench.service.largeBodies
        #expect(pool.take(32 << 20, for: "orders"))
        await #expect { _ = try await results(bench, Array("[1]".utf8)) } throws: {
            let refusal = $0 as? MessageRefusal
            return refusal?.reason == .overloaded && refusal?.retryAfter != nil
        }
        let other = try await bench.service.acceptBatch(
            Array("[1]".utf8),
            isLines: false,
            caller: bench.billing,
            traceparent: "t"
        )
        #expect(other.count == 1)
        pool.giveBack(32 << 20, of: "orders")
        #expect(try await results(bench, Array("[1]".utf8)) == ["0 malformed "])
        // What was taken is given back, after a refusal too.
        await #expect(throws: MessageRefusal.self) { _ = try await results(bench, Array("[".utf8)) }
        #expect(pool.take(MessageService.bytesInHand, for: "orders"))
    }
}
