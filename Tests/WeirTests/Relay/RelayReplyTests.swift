import TestSupport
import Testing
import Timekeeping
import WeChat

@testable import Dispatching
@testable import Weir

/// What callers get back: WeChat's bytes, or an errcode of Weir's own.
@Suite struct RelayReplyTests {
    typealias Result = Swift.Result<UpstreamReply, TransportFailure>

    static let bodies: [[UInt8]] = [
        Array("{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":9007199254740993}".utf8),
        Array("{\"nickname\":\"a\u{01}b\"}".utf8),
        Array("{\"errcode\":43004,\"errmsg\":\"require subscribe rid: 1-2-3\"}".utf8),
        Array(" {\"ticket\":\"t\"}\n".utf8),
        Array("{\"errcode\":\"40037\",\"errmsg\":\"\"}".utf8), Array("{\"errcode\":48001}".utf8),
        Array("{\"errcode\":45009}".utf8),
    ]

    @Test(arguments: 0..<bodies.count)
    func `an answer passes with its status, type and bytes`(_ index: Int) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let answer = UpstreamReply(
            status: 200,
            headers: [
                HeaderField("content-type", "text/plain"), HeaderField("Server", "x"), HeaderField("RetKey", "11"),
            ],
            body: RelayReplyTests.bodies[index]
        )
        let reply = await bench.send("\(Path.custom)?access_token=\(token)", reply: answer)
        #expect(reply.body == answer.body)
        #expect(reply.status == 200)
        #expect(reply.header("Content-Type") == "text/plain")
        #expect(reply.header("RetKey") == "11")
        #expect(reply.header("Server") == nil)
        #expect(reply.refusal == nil)
    }

    @Test func `a file passes byte for byte`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let bytes = (0..<5000).map { UInt8($0 % 251) }
        let answer = UpstreamReply(
            status: 200,
            headers: [
                HeaderField("Content-Type", "image/jpeg"),
                HeaderField("Content-disposition", "attachment; filename=\"a.jpg\""),
            ],
            body: bytes
        )
        let reply = await bench.send(
            "/cgi-bin/media/get?access_token=\(token)&media_id=m",
            method: "GET",
            reply: answer
        )
        #expect(reply.body == bytes)
        #expect(reply.header("content-disposition") == "attachment; filename=\"a.jpg\"")
    }

    @Test func `a refusal of WeChat's over 4xx passes with its status`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = await bench.send(
            "\(Path.custom)?access_token=\(token)",
            reply: .json("{\"errcode\":47001}", status: 400)
        )
        #expect(reply.status == 400)
        #expect(reply.errcode == 47001)
    }

    @Test func `the real token is cut out of an answer`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let answer = UpstreamReply.json(
            "{\"errcode\":0,\"url\":\"https://x/?access_token=REAL-TOKEN-1&a=REAL-TOKEN-1\"}"
        )
        let reply = await bench.send("\(Path.menu)?access_token=\(token)", reply: answer)
        #expect(reply.text == "{\"errcode\":0,\"url\":\"https://x/?access_token=&a=\"}")
    }

    @Test(arguments: [
        #"?access_token=REAL-TOKEN-1&a"#, #"?access_token=REAL\u002dTOKEN-1&a"#, #"?access_token=REAL%2DTOKEN-1&a"#,
        #"?access_token%3D\u0052EAL-TOKEN%2d1&a"#,
    ])
    func `the real token is cut out however it is spelled`(_ spelling: String) async throws {
        let bench = try RelayBench()
        let answer = UpstreamReply.json("{\"errcode\":0,\"request\":{\"url\":\"\(spelling)\"}}")
        let reply = await bench.send("/cgi-bin/menu/get?access_token=\(await bench.token)", reply: answer)
        #expect(reply.errcode == 0)
        #expect(!reply.text.contains("TOKEN"))
        #expect(reply.text.hasSuffix("&a\"}}"))
    }

    static let noAnswers: [Result] = [
        .success(UpstreamReply(status: 502, body: Array("bad gateway".utf8))), .success(UpstreamReply(status: 302)),
        .success(UpstreamReply(status: 200)),
        .success(UpstreamReply(status: 200, body: Array("{\"errcode\":0,\"err".utf8))),
        .success(
            UpstreamReply(status: 200, headers: [HeaderField("Content-Type", "text/html")], body: Array("<html>".utf8))
        ),
        .failure(TransportFailure(.timeout, bytesLeft: true)), .failure(TransportFailure(.reset, bytesLeft: true)),
        .failure(TransportFailure(.tooLarge, bytesLeft: true)), .failure(TransportFailure(.malformed, bytesLeft: true)),
    ]

    @Test(arguments: 0..<noAnswers.count)
    func `what is no answer is 990003, where no repeat is allowed`(_ index: Int) async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let reply = await bench.send(
            "\(Path.custom)?access_token=\(token)",
            results: [RelayReplyTests.noAnswers[index]]
        )
        #expect(reply.errcode == 990_003)
        #expect(reply.status == 200)
        #expect(reply.errmsg?.hasSuffix(" rid: \(RequestTrace.testID)") == true)
        #expect(bench.harness.calls.count == 1)
    }

    @Test func `-1 never reaches a client, to the last attempt`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        let target = "\(Path.custom)?access_token=\(token)"
        let once = await bench.send(target, results: [.success(.errcode(-1)), .success(.ok)])
        #expect(once.errcode == 0)
        let always = await bench.send(target, results: Array(repeating: .success(.errcode(-1)), count: 5)) {
            $0.timeout = .seconds(60)
        }
        #expect(always.errcode == 990_012)
        #expect(always.header("Retry-After") != nil)
        #expect(bench.harness.calls.count == 7)
    }

    @Test func `the trouble with Weir's own token never reaches a client`() async throws {
        let bench = try RelayBench()
        let token = await bench.token
        async let pending = bench.send("\(Path.custom)?access_token=\(token)")
        await bench.harness.transport.waitForRequests(2)
        bench.harness.transport.answer(.success(.errcode(40001)))
        await bench.harness.transport.waitForRequests(3)
        bench.harness.transport.answer(.success(.token("REAL-TOKEN-2")))
        await bench.harness.transport.waitForRequests(4)
        bench.harness.transport.answer(.success(.errcode(42001)))
        let reply = await pending
        #expect(reply.errcode == 990_004)
    }
}
