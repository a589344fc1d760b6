import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Clients
@testable import DispatchCore
@testable import Dispatching
@testable import Relaying
@testable import Weir

/// When a body is asked for, and how it goes on.
@Suite struct RelayBodyTests {
    /// Sends a request that tells whether its body was asked for.
    private func asked(_ bench: RelayBench, _ target: String) async -> (limits: [Int], code: Int?) {
        let limits = Outbox<Int>()
        let reply = await bench.send(target) {
            $0.declaredLength = 19 << 20
            $0.contentType = "multipart/form-data; boundary=x"
            $0.stream = {
                limits.put(-1)
                return nil
            }
            $0.body = { limit throws(RelayBodyError) in
                limits.put(limit)
                throw .incomplete
            }
        }
        return (limits.all, reply.errcode)
    }

    @Test(arguments: [
        ("\(Path.upload)?access_token=weir1.a.b.c", 990_006), (Path.upload, 990_006),
        ("\(Path.upload)?access_token=SOMEBODYS", 990_006), ("/cgi-bin/message/mass/send?access_token=TOKEN", 990_011),
        ("/pay/unifiedorder?access_token=TOKEN", 990_011), ("/cgi-bin/a\\b?access_token=TOKEN", 990_011),
        ("\(Path.upload)?x=TOKEN", 990_011), ("*", 990_011), ("/cgi-bin/菜单?access_token=TOKEN", 990_011),
        ("/cgi-bin/token?appid=a&secret=b", 990_006),
    ])
    func `whoever is refused is refused by head and query, before a byte of the body`(
        _ target: String,
        _ code: Int
    ) async throws {
        var configuration = GatewayHarness.withClient
        configuration.relay.foreignTokens = .refuse
        let bench = try RelayBench(configuration)
        let outcome = await asked(bench, target.replacing("TOKEN", with: await bench.token))
        #expect(outcome.code == code)
        #expect(outcome.limits == [])
        #expect(bench.harness.calls.isEmpty)
    }

    @Test func `a client over its rate is refused before its body, too`() async throws {
        var configuration = GatewayHarness.withClient
        configuration.clients["orders"]?.rate = RateLimit(permits: 1, per: .seconds(30), burst: 1)
        let bench = try RelayBench(configuration)
        let target = "\(Path.upload)?access_token=\(await bench.token)"
        #expect(await asked(bench, target).limits == [-1, 20 << 20])
        let second = await asked(bench, target)
        #expect(second.code == 990_001)
        #expect(second.limits == [])
    }

    @Test func `of a request for a token 4 KiB are read`() async throws {
        let bench = try RelayBench()
        #expect(await asked(bench, "/cgi-bin/stable_token").limits == [4 << 10])
        let body = "{\"secret\":\"\(String(repeating: "x", count: 4096))\"}"
        let reply = await bench.send("/cgi-bin/stable_token", body: body)
        #expect(reply.errcode == 990_008)
        #expect(reply.errmsg?.contains("over 4 KiB") == true)
    }

    @Test func `a caller that went away is not answered, and one for whom there is no memory is told so`() async throws
    {
        let bench = try RelayBench()
        let target = "\(Path.custom)?access_token=\(await bench.token)"
        let gone = await bench.send(target) { $0.body = { _ throws(RelayBodyError) in throw .incomplete } }
        #expect(gone.connection == .aborts)
        #expect(gone.refusal == nil)
        let full = await bench.send(target) { $0.body = { _ throws(RelayBodyError) in throw .overloaded } }
        #expect(full.errcode == 990_010)
        #expect(full.header("Retry-After") == "1")
        #expect(full.connection == .closes)
        #expect(bench.harness.calls.isEmpty)
    }

    // MARK: Uploads

    private func upload(_ bench: RelayBench, _ target: String, length: Int?, type: String?) async -> UpstreamRequest? {
        let before = bench.harness.transport.count
        async let reply = bench.send(target) {
            $0.declaredLength = length
            $0.contentType = type
            $0.stream = { FakeUpload(length: length ?? 0) }
        }
        await bench.harness.transport.waitForRequests(before + 1)
        bench.harness.transport.answer(.success(.ok))
        _ = await reply
        return bench.harness.calls.last?.request
    }

    private static let multipart = "Multipart/Form-Data; boundary=x"

    @Test(arguments: [
        Path.upload, "/cgi-bin/material/add_material", "/customservice/kfaccount/uploadheadimg", "/brand/new",
        "/cgi-bin/media/brandnew",
    ])
    func `an upload goes on while it comes, and has the time of media`(_ path: String) async throws {
        let bench = try RelayBench()
        let target = "\(path)?access_token=\(await bench.token)"
        let sent = await upload(bench, target, length: 64 << 10 + 1, type: RelayBodyTests.multipart)
        #expect(sent?.stream?.length == 64 << 10 + 1)
        #expect(sent?.body == nil)
        #expect(sent?.timeout == .seconds(60) - DispatchMachine.answerReserve)
    }

    @Test(
        arguments: [
            (Path.upload, 64 << 10, multipart), (Path.upload, nil, multipart), (Path.upload, 1 << 20, "image/jpeg"),
            (Path.upload, 1 << 20, nil), ("/wxa/img_sec_check", 1 << 20, multipart),
            (Path.template, 1 << 20, "application/json"),
        ] as [(String, Int?, String?)]
    )
    func `what is small, of unknown length, no file or safe to repeat is read whole`(
        _ path: String,
        _ length: Int?,
        _ type: String?
    ) async throws {
        let bench = try RelayBench()
        let target = "\(path)?access_token=\(await bench.token)"
        let sent = await upload(bench, target, length: length, type: type)
        #expect(sent != nil)
        #expect(sent?.stream == nil)
        #expect(sent?.body == [])
    }

    @Test(arguments: [
        ("/cgi-bin/media/uploadvideo", 60_000), ("/cgi-bin/media/uploadnews", 60_000),
        ("/cgi-bin/material/add_news", 60_000),
        ("/cgi-bin/media/brandnew", 60_000), ("/cgi-bin/MATERIAL/brandnew", 60_000), (Path.custom, 4_500),
        ("/brand/new", 4_500),
    ])
    func `a call has the time that its path is documented to have`(_ path: String, _ milliseconds: Int) async throws {
        let bench = try RelayBench()
        _ = await bench.send("\(path)?access_token=\(await bench.token)", reply: .ok)
        let timeout = bench.harness.calls.last?.request.timeout
        #expect(timeout == .milliseconds(milliseconds) - DispatchMachine.answerReserve)
    }

    @Test func `an upload whose token is rejected is to be sent again`() async throws {
        let bench = try RelayBench()
        let request = RelayRequest(method: "POST", target: Path.upload, trace: .test())
        let inquiry = try bench.inquiry(request)
        let classification = ReplyClassifier().classify(.success(.errcode(40001)), api: inquiry.api)
        let end = RelayEnd.attempted(LastAttempt(classification: classification, reply: .errcode(40001)))
        let passage = RelayPassage.withToken(
            ClientDirectory.Identity(caller: Caller(name: "orders"), app: inquiry.directory.foreign),
            path: Path.upload,
            around: ("", ""),
            concernsApp: true,
            codes: .weir
        )
        let reply = bench.harness.relay.reply(end, inquiry, passage: passage, isStreamed: true)
        #expect(reply.errcode == 990_004)
        #expect(reply.errmsg?.contains("send it again") == true)
    }

    @Test func `a coded body goes on with its label, and no id is put into it`() async throws {
        let bench = try RelayBench()
        let target = "\(Path.template)?access_token=\(await bench.token)"
        _ = await bench.send(target, body: "\u{1F}\u{8B}…", results: [.success(.ok)]) { $0.contentEncoding = "gzip" }
        let sent = bench.harness.calls.last
        #expect(sent?.body == "\u{1F}\u{8B}…")
        #expect(sent?.request.headers.contains(HeaderField("Content-Encoding", "gzip")) == true)
    }
}
