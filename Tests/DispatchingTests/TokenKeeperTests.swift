import GatewaySupport
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirPorts
import WireJSON

@testable import Dispatching

/// The keeper of one app's token between the transport and the clock.
@Suite struct TokenKeeperTests {
    /// A keeper, what it sends, what it says, and the clock.
    private final class Bench: Sendable {
        let transport = FakeTransport()
        let time = ManualTimeSource(timestamp: .noon)
        let reports = Outbox<String>()
        let changes = Outbox<Bool>()
        let keeper: TokenKeeper

        init(hosts: [String] = ["https://api.weixin.qq.com"]) {
            keeper = TokenKeeper(
                credentials: TokenCredentials(appID: "wx1", secret: "APPSECRET", hosts: hosts),
                transport: transport,
                time: time,
                seed: 3
            ) { [reports] report in
                switch report {
                case .rejected: reports.put("rejected")
                case .fetched: reports.put("fetched")
                case .superseded, .confirmed, .asked: break
                case .notFetched(let classification, _): reports.put("none: \(classification.summary)")
                }
            }
        }

        func start() {
            keeper.start { [changes] in changes.put(true) }
        }

        func answer(_ reply: UpstreamReply) {
            transport.answer(.success(reply))
        }

        /// Moves the clock once the keeper waits for it, and waits for the request that this brings.
        func advance(_ duration: Duration, toRequest count: Int) async {
            await time.waitForSleepers()
            time.advance(by: duration)
            await transport.waitForRequests(count)
        }
    }

    @Test func `while a host fails the next one is asked, and the first again after a success`() async {
        let bench = Bench(hosts: ["https://one", "https://two", "https://three"])
        bench.start()
        bench.transport.answer(.failure(TransportFailure(.connect, bytesLeft: false)))
        await bench.advance(.seconds(60), toRequest: 2)
        bench.answer(UpstreamReply(status: 502))
        await bench.advance(.seconds(120), toRequest: 3)
        bench.answer(.token("T1"))
        #expect(bench.keeper.token()?.value == "T1")
        await bench.advance(.seconds(7200), toRequest: 4)
        #expect(
            bench.transport.sent.map(\.request.origin) == [
                "https://one", "https://two", "https://three", "https://one",
            ]
        )
    }

    @Test func `a host that refuses the secret is no host that fails`() async {
        let bench = Bench(hosts: ["https://one", "https://two"])
        bench.start()
        bench.answer(.errcode(40125))
        await bench.advance(.seconds(3600), toRequest: 2)
        #expect(bench.transport.sent.map(\.request.origin) == ["https://one", "https://one"])
    }

    @Test func `it asks stable_token without force, with the secret in the body alone`() throws {
        let bench = Bench()
        bench.start()
        let request = try #require(bench.transport.sent.first)
        #expect(request.request.method == "POST")
        #expect(request.request.target == "/cgi-bin/stable_token")
        let body = try JSONObjectView(request.request.body ?? [])
        #expect(body.string("grant_type") == "client_credential")
        #expect(body.string("appid") == "wx1")
        #expect(body.string("secret") == "APPSECRET")
        #expect(body.value("force_refresh") == nil || body.value("force_refresh")?.bool == false)
    }

    @Test func `one request at a time, however often it is asked`() {
        let bench = Bench()
        for _ in 0..<20 { bench.start() }
        #expect(bench.transport.sent.count == 1)
        #expect(bench.keeper.token() == nil)
        #expect(bench.keeper.presentState() == .missing)
        bench.answer(.token("T1"))
        #expect(bench.keeper.token()?.value == "T1")
        #expect(bench.keeper.presentState() == .ready)
        #expect(bench.changes.count > 0)
        for _ in 0..<20 { bench.start() }
        #expect(bench.transport.sent.count == 1)
    }

    @Test func `it renews five minutes before the end and keeps the old one until then`() async {
        let bench = Bench()
        bench.start()
        bench.answer(.token("T1"))
        await bench.advance(.seconds(6900), toRequest: 2)
        #expect(bench.keeper.token()?.value == "T1")
        bench.answer(.token("T2"))
        #expect(bench.keeper.token()?.value == "T2")
    }

    @Test(arguments: [-1, 45011])
    func `a passing failure is retried later, and a good token stays in use`(_ code: Int) async {
        let bench = Bench()
        bench.start()
        bench.answer(.token("T1"))
        await bench.advance(.seconds(6900), toRequest: 2)
        bench.answer(.errcode(code))
        #expect(bench.keeper.token()?.value == "T1")
        await bench.advance(.seconds(100), toRequest: 3)
        bench.answer(.token("T2"))
        #expect(bench.keeper.token()?.value == "T2")
    }

    @Test(arguments: [40013, 40125, 40164, 40001, 89503, 50007])
    func `what an operator must mend is a fault that is asked about again slowly`(_ code: Int) async {
        let bench = Bench()
        bench.start()
        bench.answer(.errcode(code))
        #expect(bench.keeper.presentState() == .fault(code))
        #expect(bench.keeper.status().fault == code)
        bench.time.advance(by: .seconds(59))
        bench.start()
        #expect(bench.transport.sent.count == 1)
        bench.time.advance(by: .seconds(241))
        bench.start()
        #expect(bench.transport.sent.count == 2)
        bench.answer(.token("T1"))
        #expect(bench.keeper.presentState() == .ready)
        #expect(bench.reports.all.count == 2)
        #expect(bench.reports.all.first?.hasPrefix("none: ") == true)
        #expect(!bench.reports.all.joined().contains("APPSECRET"))
    }

    @Test func `a reloaded secret is tried at once, and an answer to the old one does not count`() {
        let bench = Bench()
        bench.start()
        bench.keeper.replace(TokenCredentials(appID: "wx1", secret: "NEW", hosts: ["https://api.weixin.qq.com"]))
        #expect(bench.transport.sent.count == 2)
        bench.transport.complete(0, .success(.token("OLD")))
        #expect(bench.keeper.token() == nil)
        bench.transport.complete(1, .success(.token("T1")))
        #expect(bench.keeper.token()?.value == "T1")
        #expect(bench.transport.sent[1].body.contains("NEW"))
        bench.keeper.replace(TokenCredentials(appID: "wx1", secret: "NEW", hosts: ["https://api.weixin.qq.com"]))
        #expect(bench.transport.sent.count == 2)
    }

    @Test func `a rejected token is fetched anew once for all`() async throws {
        let bench = Bench()
        bench.start()
        bench.answer(.token("T1"))
        let token = try #require(bench.keeper.token())
        for _ in 0..<10 { bench.keeper.reject(token) }
        #expect(bench.keeper.token() == nil)
        await bench.transport.waitForRequests(2)
        #expect(bench.transport.sent.count == 2)
        bench.answer(.token("T2"))
        #expect(bench.keeper.token()?.value == "T2")
        bench.keeper.reject(token)
        #expect(bench.keeper.token()?.value == "T2")
    }

    @Test func `a token that WeChat rejects and then calls current rests for a second`() async throws {
        let bench = Bench()
        bench.start()
        bench.answer(.token("T1"))
        bench.keeper.reject(try #require(bench.keeper.token()))
        await bench.transport.waitForRequests(2)
        bench.answer(.token("T1"))
        #expect(bench.keeper.token() == nil)
        #expect(bench.keeper.presentState() == .missing)
        bench.time.advance(by: .milliseconds(999))
        #expect(bench.keeper.token() == nil)
        bench.time.advance(by: .milliseconds(1))
        #expect(bench.keeper.token()?.value == "T1")
        #expect(bench.keeper.status().contradicted == 1)
    }

    @Test func `what is no token is no token`() {
        for reply in [
            UpstreamReply.json("{\"access_token\":\"\",\"expires_in\":7200}"), .json("<html>", status: 403),
            .json("<html>", status: 502), .json("{\"expires_in\":7200}"), .json(""),
        ] {
            let bench = Bench()
            bench.start()
            bench.answer(reply)
            #expect(bench.keeper.token() == nil)
            #expect(bench.keeper.presentState() == .missing)
        }
    }

    @Test(arguments: ["7200.0", "\"7200\"", "null", "1e300", "-1"]) func `a token is used whatever its life looks like`(
        _ life: String
    ) {
        let bench = Bench()
        bench.start()
        bench.answer(.json("{\"access_token\":\"x\",\"expires_in\":\(life)}"))
        #expect(bench.keeper.token()?.value == "x")
        #expect(bench.keeper.presentState() == .ready)
    }

    /// What a whole day costs: the endpoint has a quota, and a storm there locks the account out.
    @Test(arguments: [("well", 60), ("down", 5800), ("fault", 1500), ("rejecting", 700)])
    func `a day costs no more requests than this`(_ kind: String, _ most: Int) {
        let bench = Bench()
        bench.start()
        var (answered, number, value) = (0, 0, 0)
        for second in 0..<86_400 {
            bench.time.advance(by: .seconds(1))
            bench.start()
            while answered < bench.transport.count {
                answered += 1
                number += 1
                switch kind {
                case "down":
                    bench.transport.complete(answered - 1, .failure(TransportFailure(.connect, bytesLeft: false)))
                case "fault": bench.transport.complete(answered - 1, .success(.errcode(40125)))
                case "rejecting": bench.transport.complete(answered - 1, .success(.token("T")))
                default:
                    value = second / 6900
                    bench.transport.complete(answered - 1, .success(.token("T\(value)")))
                }
            }
            if kind == "rejecting", let token = bench.keeper.token() { bench.keeper.reject(token) }
        }
        #expect(number <= most)
        #expect(number >= 12)
    }

    @Test func `after it was stopped it asks no more`() {
        let bench = Bench()
        bench.start()
        bench.answer(.errcode(-1))
        bench.keeper.stop()
        bench.time.advance(by: .seconds(3600))
        bench.start()
        #expect(bench.transport.sent.count == 1)
    }
}
