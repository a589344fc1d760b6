import Crypto
import Foundation
import GatewaySupport
import Queueing
import Resilience
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WeirTesting

@testable import Delivering

/// Deliveries on their way, over a journal in memory.
@Suite struct DeliveryServiceTests {
    private static let crm = DeliveryDestination(.subscriber, "crm")
    private static let orders = DeliveryDestination(.client, "orders")

    /// A service, its world, and what it tells.
    final class Stage: DeliveryObserver {
        let journal: MemoryJournal
        let transport = FakeTransport()
        let time = ManualTimeSource()
        let told = Answers<DeliveryEvent>()

        init(_ model: JournalModel = JournalModel()) {
            journal = MemoryJournal(model)
        }

        func observe(_ event: DeliveryEvent) { told.add(event) }

        func service(
            limits: DeliveryMachine.Limits = DeliveryMachine.Limits(),
            _ change: (inout DeliveryTerms) -> Void = { _ in }
        ) throws -> DeliveryService {
            var terms = DeliveryTerms(
                targets: [
                    DeliveryServiceTests.crm: DeliveryTerms.Target(
                        secret: "crm-secret",
                        address: try DeliveryAddress("https://crm.internal/wechat?key=1")
                    ),
                    DeliveryServiceTests.orders: DeliveryTerms.Target(
                        secret: "orders-secret",
                        prefixes: [try DeliveryAddress("https://orders.internal/")]
                    ),
                ],
                retry: RetryPolicy(
                    fastAttempts: 1,
                    backoff: Backoff(base: .seconds(1), factor: 2, cap: .seconds(1), jitter: .none),
                    ladder: [.seconds(5)],
                    lifetime: .seconds(8)
                )
            )
            change(&terms)
            let service = DeliveryService(
                terms,
                journal: journal,
                transport: transport,
                observer: self,
                time: time,
                seed: 1,
                limits: limits
            ) { Array("{\"id\":\"\($0.id)\",\"state\":\"\($0.state.name)\"}".utf8) }
            journal.onDelivery { service.take($0) }
            return service
        }

        func results(_ count: Int) async -> [DeliveryResult] {
            await told.wait(for: count).map(\.result)
        }
    }

    private static func event(_ digest: Int64, _ destination: DeliveryDestination = crm, at now: Timestamp)
        -> JournalWrite
    {
        .deliver(
            Delivery(
                destination: destination,
                app: "main",
                body: Array("{\"n\":\(digest)}".utf8),
                digest: digest,
                createdAt: now
            )
        )
    }

    private static func message(_ id: UInt64, url: String, at now: Timestamp) -> [JournalWrite] {
        let message = Message(
            id: JobID(rawValue: id),
            app: "main",
            client: "orders",
            type: .template,
            createdAt: now
        )
        var content = MessageContent(body: Array("{}".utf8))
        content.callbackURL = url
        let end = Settlement(state: .failed, at: now, countedAttempts: 1)
        return [.accept(message, content), .conclude(message.id, end)]
    }

    private static let ok = Result<UpstreamReply, TransportFailure>.success(UpstreamReply(status: 204))

    @Test func `what is stored goes to its destination, signed, and is over when it is taken`() async throws {
        let stage = Stage()
        let service = try stage.service()
        try service.start()
        try await stage.journal.append([Self.event(7, at: stage.time.timestamp())])
        await stage.transport.waitForRequests(1)
        let request = stage.transport.sent[0].request
        #expect(request.method == "POST" && request.origin == "https://crm.internal")
        #expect(request.target == "/wechat?key=1" && request.timeout == .seconds(5))
        let body = try #require(request.body)
        #expect(String(decoding: body, as: UTF8.self) == "{\"n\":7}")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        let timestamp = "\(stage.time.timestamp().milliseconds / 1000)"
        #expect(headers["X-Weir-Timestamp"] == timestamp)
        let signed = Data((timestamp + ".{\"n\":7}").utf8)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Data("crm-secret".utf8)))
        #expect(headers["X-Weir-Signature"] == "v1=" + code.map { String(format: "%02x", $0) }.joined())
        stage.transport.answer(Self.ok)
        #expect(await stage.results(1) == [.taken])
        stage.journal.settle()
        #expect(stage.journal.model.waiting == [] && !service.isBusy && service.states.isEmpty)
    }

    @Test func `another answer is no yes: it goes again, under the same number, and is given up in the end`()
        async throws
    {
        let stage = Stage()
        let service = try stage.service()
        try service.start()
        try await stage.journal.append([Self.event(1, at: stage.time.timestamp())])
        await stage.transport.waitForRequests(1)
        stage.transport.answer(
            .success(UpstreamReply(status: 302, headers: [HeaderField("Location", "https://evil/")]))
        )
        #expect(await stage.results(1) == [.failed])
        await stage.time.waitForSleepers()
        stage.time.advance(by: .seconds(5))
        await stage.transport.waitForRequests(2)
        stage.transport.answer(.failure(TransportFailure(.timeout, bytesLeft: true)))
        let told = await stage.told.wait(for: 2)
        #expect(told.map(\.result) == [.failed, .dead] && told.map(\.reason) == ["status 302", "timeout"])
        #expect(told[1].attempts == 2)
        let numbers = stage.transport.sent.map { $0.request.headers.first { $0.name == "X-Weir-Delivery" }?.value }
        #expect(numbers[0] != nil && numbers[0] == numbers[1] && numbers[0] == told[0].number)
        stage.journal.settle()
        #expect(stage.journal.model.waiting == [])
    }

    @Test func `what was not written down as taken goes again after a crash, with its attempts`() async throws {
        var model = JournalModel()
        let now = ManualTimeSource().timestamp()
        _ = model.apply([Self.event(1, at: now), Self.event(2, at: now)])
        _ = model.apply([.settleDelivery(1, .waits(attempts: 3, nextAt: now + .seconds(2)))])
        let stage = Stage(model)
        let service = try stage.service()
        try service.start()
        await stage.transport.waitForRequests(1)
        #expect(stage.transport.sent[0].request.body == Array("{\"n\":2}".utf8))
        await stage.time.waitForSleepers()
        stage.time.advance(by: .seconds(2))
        await stage.transport.waitForRequests(2)
        stage.transport.answer(Self.ok)
        stage.transport.answer(Self.ok)
        #expect(await stage.results(2) == [.taken, .taken])
        #expect(stage.told.all.map(\.attempts).sorted() == [1, 4])
    }

    @Test func `a message's end is told as the message is then, to an address that is still allowed`() async throws {
        let stage = Stage()
        let service = try stage.service()
        try service.start()
        let now = stage.time.timestamp()
        try await stage.journal.append(Self.message(1, url: "https://orders.internal/ended?id=1", at: now))
        await stage.transport.waitForRequests(1)
        let request = stage.transport.sent[0].request
        #expect(request.origin == "https://orders.internal" && request.target == "/ended?id=1")
        let id = JobID(rawValue: 1)
        let text =
            #"{"type":"message.ended","app":"main","at":"\#(now.rfc3339)","message":{"id":"\#(id)","state":"failed"}}"#
        #expect(String(decoding: try #require(request.body), as: UTF8.self) == text)
        stage.transport.answer(Self.ok)
        #expect(await stage.results(1) == [.taken])
        // The prefix has gone: it waits for it, as long as its time lasts.
        try await stage.journal.append(Self.message(2, url: "https://elsewhere.internal/", at: now))
        await stage.time.waitForSleepers()
        #expect(stage.told.all.count == 1)
        stage.time.advance(by: .seconds(60))
        let told = await stage.told.wait(for: 2)
        #expect(told[1].result == .dead && !told[1].reason.contains("elsewhere"))
        #expect(stage.transport.count == 1)
    }

    @Test func `a message that waits again is not told of, and one that is gone neither`() async throws {
        var model = JournalModel()
        let now = ManualTimeSource().timestamp()
        _ = model.apply(Self.message(1, url: "https://orders.internal/", at: now))
        _ = model.apply([.redrive(JobID(rawValue: 1), at: now)])
        _ = model.apply([Self.event(1, at: now)])
        let stage = Stage(model)
        let service = try stage.service()
        try service.start()
        await stage.transport.waitForRequests(1)
        stage.transport.answer(Self.ok)
        #expect(await stage.results(1) == [.taken])
        while service.isBusy { await Task.yield() }
        stage.journal.settle()
        #expect(stage.journal.model.waiting == [] && stage.transport.count == 1)
    }

    @Test func `a message that is kept no longer can't be told of, and that is told`() async throws {
        var model = JournalModel()
        let now = ManualTimeSource().timestamp()
        _ = model.apply(Self.message(1, url: "https://orders.internal/", at: now))
        while model.sweep(Retention(), now: now + .seconds(40 * 86_400), limit: 10) {}
        let stage = Stage(model)
        let service = try stage.service()
        try service.start()
        #expect(await stage.results(1) == [.dead] && stage.transport.count == 0)
    }

    @Test func `what this machine could not send counts as no attempt`() async throws {
        let stage = Stage()
        let service = try stage.service()
        try service.start()
        try await stage.journal.append([Self.event(1, at: stage.time.timestamp())])
        await stage.transport.waitForRequests(1)
        stage.transport.answer(.failure(TransportFailure(.shortage, bytesLeft: false)))
        await stage.time.waitForSleepers()
        stage.time.advance(by: .seconds(1))
        await stage.transport.waitForRequests(2)
        stage.transport.answer(Self.ok)
        let told = await stage.told.wait(for: 1)
        #expect(told.map(\.result) == [.taken] && told[0].attempts == 1)
    }

    @Test func `while the journal takes nothing, nothing is sent, and what came of the last is written when it does`()
        async throws
    {
        let stage = Stage()
        var limits = DeliveryMachine.Limits()
        limits.inFlight = 1
        let service = try stage.service(limits: limits)
        try service.start()
        try await stage.journal.append((1...2).map { Self.event($0, at: stage.time.timestamp()) })
        await stage.transport.waitForRequests(1)
        stage.journal.fail(with: .full("full"))
        service.keepHouse(isJournalWritable: false)
        stage.transport.answer(Self.ok)
        #expect(await stage.results(1) == [.taken])
        #expect(stage.transport.count == 1 && stage.journal.model.waiting.count == 2)
        stage.journal.fail(with: nil)
        stage.journal.settle()
        #expect(stage.journal.model.waiting.count == 1)
        service.keepHouse(isJournalWritable: true)
        await stage.transport.waitForRequests(2)
    }

    @Test func `what is told of one that left the settings waits, and goes when it is back`() async throws {
        let stage = Stage()
        let service = try stage.service { $0.targets[Self.crm] = nil }
        try service.start()
        try await stage.journal.append([Self.event(1, at: stage.time.timestamp())])
        await stage.time.waitForSleepers()
        #expect(stage.transport.count == 0)
        let terms = try DeliveryTerms(
            targets: [Self.crm: .init(secret: "s", address: DeliveryAddress("https://crm.internal/"))],
            retry: .init(fastAttempts: 1, backoff: .init(base: .seconds(1), factor: 1, cap: .seconds(1), jitter: .none))
        )
        service.reload(terms)
        await stage.transport.waitForRequests(1)
        stage.transport.answer(Self.ok)
        #expect(await stage.results(1) == [.taken])
    }

    @Test func `after a stop nothing leaves, and what is in flight ends`() async throws {
        let stage = Stage()
        let service = try stage.service()
        try service.start()
        try await stage.journal.append([Self.event(1, at: stage.time.timestamp())])
        await stage.transport.waitForRequests(1)
        service.stop()
        #expect(service.isBusy)
        try await stage.journal.append([Self.event(2, at: stage.time.timestamp())])
        stage.transport.answer(Self.ok)
        #expect(await stage.results(1) == [.taken])
        #expect(!service.isBusy && stage.transport.count == 1)
        stage.journal.settle()
        #expect(stage.journal.model.waiting.count == 1)
    }

    @Test func `one too many is dropped, told, and forgotten by the journal`() async throws {
        var model = JournalModel()
        let now = ManualTimeSource().timestamp()
        _ = model.apply((1...3).map { Self.event(Int64($0), at: now) })
        let stage = Stage(model)
        var limits = DeliveryMachine.Limits()
        limits.rows = 2
        let service = DeliveryService(
            DeliveryTerms(
                retry: RetryPolicy(fastAttempts: 1, backoff: Backoff(base: .zero, factor: 1, cap: .zero, jitter: .none))
            ),
            journal: stage.journal,
            transport: stage.transport,
            observer: stage,
            time: stage.time,
            seed: 1,
            limits: limits
        ) { _ in [] }
        try service.start()
        #expect(await stage.results(1) == [.dropped])
        stage.journal.settle()
        #expect(stage.journal.model.waiting.map(\.place) == [2, 3])
    }
}

extension JournalModel {
    fileprivate var waiting: [WaitingDelivery] {
        var all: [WaitingDelivery] = []
        for place in 1...10 {
            if let stored = delivery(Int64(place)), !isDead(stored) { all.append(stored.waiting) }
        }
        return all
    }

    /// Given up: its attempts are all made and it has no next.
    private func isDead(_ stored: StoredDelivery) -> Bool {
        stored.waiting.attempts > 0 && stored.waiting.nextAt == nil
    }
}
