import Delivering
import Queueing
import RequestTracing
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Callbacks
@testable import Dispatching
@testable import Weir

@Suite struct CallbackServiceTests {
    private static let path = "/wechat/main"

    private static func configuration(token: String = "CbToken1") -> GatewayConfiguration {
        var configuration = GatewayHarness.configuration
        var callback = CallbackConfiguration(path: path, token: token)
        callback.mode = .plain
        configuration.apps["main"]?.callback = callback
        return configuration
    }

    private static func query(token: String = "CbToken1") -> CallbackAccount.Query {
        let signature = CallbackSignature.make([token, "1700000000", "1"])
        return CallbackAccount.Query(signature: signature, timestamp: "1700000000", nonce: "1")
    }

    private static func receipt(_ status: String = "success", msgid: Int64, at time: Timestamp = .noon) -> String {
        """
        <xml><FromUserName>\(GatewayHarness.openID)</FromUserName><CreateTime>\(time.milliseconds / 1000)</CreateTime>\
        <MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>\(msgid)</MsgID><Status>\(status)</Status></xml>
        """
    }

    private static func push(_ body: String, query: CallbackAccount.Query = query(), path: String = path)
        -> CallbackRequest
    {
        CallbackRequest(method: .push, path: path, query: query, trace: .test()) { _ async throws(CallbackBodyError) in
            Array(body.utf8)
        }
    }

    /// A message that WeChat has taken.
    private func sent(_ harness: GatewayHarness, msgid: Int64) async -> JobID {
        let message = harness.message()
        harness.accept(message)
        harness.journal.settle()
        harness.transport.answer(.success(.json("{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":\(msgid)}")))
        harness.journal.settle()
        return message.id
    }

    @Test func `a receipt is answered when it is stored, and what can't be stored comes again`() async throws {
        let harness = try GatewayHarness(Self.configuration(), journal: MemoryJournal())
        let service = harness.gateway.callbackService
        let id = await sent(harness, msgid: 77)
        harness.journal.fail(with: .full("no room"))
        #expect(await service.answer(Self.push(Self.receipt(msgid: 77))) == .unavailable)
        #expect(harness.journal.record(id)?.state == .sent)
        harness.journal.fail(with: nil)
        #expect(await service.answer(Self.push(Self.receipt(msgid: 77))) == .success)
        #expect(harness.journal.record(id)?.state == .delivered)
        #expect(await service.answer(Self.push(Self.receipt(msgid: 77))) == .success)
        let text = harness.metricsText
        for line in [
            #"weir_callbacks_total{app="main",result="failed"} 1"#,
            #"weir_callbacks_total{app="main",result="stored"} 1"#,
            #"weir_callbacks_total{app="main",result="duplicate"} 1"#,
            #"weir_receipts_total{app="main",state="delivered"} 1"#,
            #"weir_receipts_total{app="main",state="missing"} 0"#,
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }

    private static func click(_ time: Timestamp = .noon) -> String {
        """
        <xml><FromUserName>o-1</FromUserName><CreateTime>\(time.milliseconds / 1000)</CreateTime><MsgType>event</MsgType>\
        <Event>CLICK</Event><Item><A>1</A></Item><Item><A>2</A></Item><Item>3</Item></xml>
        """
    }

    @Test func `what a subscriber wants is answered when it is stored for it, once for each push`() async throws {
        var configuration = Self.configuration()
        let address = try DeliveryAddress("https://crm.internal/")
        configuration.subscribers["crm"] = SubscriberConfiguration(address: address, secret: "crm-secret")
        var other = SubscriberConfiguration(address: address, secret: "erp-secret")
        (other.events, other.format) = (["subscribe"], .both)
        configuration.subscribers["erp"] = other
        let harness = try GatewayHarness(configuration, journal: MemoryJournal())
        let service = harness.gateway.callbackService
        harness.journal.fail(with: .full("no room"))
        #expect(await service.answer(Self.push(Self.click())) == .unavailable)
        harness.journal.fail(with: nil)
        #expect(await service.answer(Self.push(Self.click())) == .success)
        #expect(await service.answer(Self.push(Self.click())) == .success)
        #expect(await service.answer(Self.push(Self.click(.noon + .seconds(1)))) == .success)
        let first = try #require(harness.journal.model.delivery(1))
        #expect(first.waiting.destination == DeliveryDestination(.subscriber, "crm") && first.app == "main")
        guard case .body(let body) = first.content else { throw Unexpected() }
        let seconds = Timestamp.noon.milliseconds / 1000
        let event =
            #"{"FromUserName":"o-1","CreateTime":"\#(seconds)","MsgType":"event","Event":"CLICK","Item":[{"A":"1"},{"A":"2"},"3"]}"#
        #expect(String(decoding: body, as: UTF8.self).hasSuffix(#","event":\#(event)}"#))
        #expect(harness.journal.model.delivery(2) != nil && harness.journal.model.delivery(3) == nil)
        let text = harness.metricsText
        for line in [
            #"weir_callbacks_total{app="main",result="stored"} 2"#,
            #"weir_callbacks_total{app="main",result="duplicate"} 1"#,
            #"weir_deliveries_total{kind="subscriber",destination="crm",result="taken"} 0"#,
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
        harness.gateway.reload(Self.configuration())
        #expect(await service.answer(Self.push(Self.click(.noon + .seconds(2)))) == .success)
        #expect(harness.journal.model.delivery(3) == nil)
        #expect(!harness.metricsText.contains("destination=\"crm\""))
    }

    private struct Unexpected: Error {}

    @Test func `a stranger's body is not read, and a reload changes who is one`() async throws {
        let harness = try GatewayHarness(Self.configuration(), journal: MemoryJournal())
        let service = harness.gateway.callbackService
        let reads = Outbox<Int>()
        let forged = CallbackRequest(
            method: .push,
            path: Self.path,
            query: Self.query(token: "Another1"),
            trace: .test()
        ) { limit async throws(CallbackBodyError) in
            reads.put(limit)
            return []
        }
        #expect(await service.answer(forged) == .refused)
        #expect(await service.answer(Self.push("", path: "/wechat/other")) == .unknown)
        #expect(reads.all.isEmpty)
        harness.gateway.reload(Self.configuration(token: "Another1"))
        #expect(await service.answer(forged) == .refused)
        #expect(reads.all == [CallbackLimits().bytes])
        #expect(await service.answer(Self.push(Self.receipt(msgid: 1))) == .refused)
        harness.gateway.reload(GatewayHarness.configuration)
        #expect(await service.answer(forged) == .unknown)
    }

    @Test func `a receipt before its answer is counted with the answer, and one that does not come is missing`()
        async throws
    {
        let harness = try GatewayHarness(Self.configuration(), journal: MemoryJournal())
        let service = harness.gateway.callbackService
        #expect(await service.answer(Self.push(Self.receipt("failed:user block", msgid: 5))) == .success)
        let (early, late) = (await sent(harness, msgid: 5), await sent(harness, msgid: 6))
        #expect(harness.journal.record(early)?.state == .failed)
        await service.keepHouse()
        harness.time.advance(by: .seconds(3599))
        await service.keepHouse()
        #expect(harness.journal.record(late)?.receipt == nil)
        harness.time.advance(by: .seconds(1))
        await service.keepHouse()
        #expect(harness.journal.record(late)?.receipt?.state == .missing)
        let text = harness.metricsText
        #expect(text.contains(#"weir_receipts_total{app="main",state="blocked"} 1"# + "\n"))
        #expect(text.contains(#"weir_receipts_total{app="main",state="missing"} 1"# + "\n"))
    }

    @Test func `an app without a callback awaits nothing`() async throws {
        let harness = try GatewayHarness(GatewayHarness.configuration, journal: MemoryJournal())
        let id = await sent(harness, msgid: 9)
        harness.time.advance(by: .seconds(100_000))
        await harness.gateway.callbackService.keepHouse()
        #expect(harness.journal.record(id)?.state == .sent && harness.journal.record(id)?.receipt == nil)
        #expect(!harness.journal.appends.contains(["match"]))
    }
}
