import HTTPServing
import Testing

@testable import WeChatSandbox

@Suite struct FaultTests {
    /// What a caller sees of a fault, and whether the phone shows the message.
    struct Case: Sendable, CustomTestStringConvertible {
        var fault: String
        var status: Int
        var body: String?
        var ending: RawConnection.Ending?
        var isShown: Bool
        var testDescription: String { fault }
    }

    private static let cases = [
        Case(fault: #""kind":"latency","ms":20"#, status: 200, isShown: true),
        Case(fault: #""kind":"hang","ms":20"#, status: 0, ending: .closed, isShown: false),
        Case(fault: #""kind":"hang_after_accept","ms":20"#, status: 0, ending: .closed, isShown: true),
        Case(fault: #""kind":"reset""#, status: 0, ending: .reset, isShown: false),
        Case(fault: #""kind":"reset_after_accept""#, status: 0, ending: .reset, isShown: true),
        Case(fault: #""kind":"close_after_accept""#, status: 0, ending: .closed, isShown: true),
        Case(fault: #""kind":"status","status":503"#, status: 503, body: "", isShown: false),
        Case(fault: #""kind":"status","accept":true"#, status: 502, body: "", isShown: true),
        Case(
            fault: #""kind":"html""#,
            status: 200,
            body: "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>",
            isShown: false
        ),
        Case(fault: #""kind":"truncated""#, status: 200, body: #"{"errcode":0,"errmsg":"ok","#, isShown: true),
        Case(
            fault: #""kind":"cut""#,
            status: 200,
            body: #"{"errcode":0,"errmsg":"ok","#,
            ending: .closed,
            isShown: true
        ),
        Case(fault: #""kind":"empty""#, status: 200, body: "", isShown: true),
    ]

    @Test(arguments: cases)
    func `a fault is what it says, once`(expected: Case) async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let fault = "{\"api\":\"\(SandboxClient.templatePath)\",\"count\":1,\(expected.fault)}"
            #expect(try await client.call("POST", "/_sandbox/faults", fault).body == "{\"id\":1}")
            let start = ContinuousClock.now
            var peer = try await RawConnection.open(client.port)
            let body = SandboxClient.template(id: "m1")
            let target = "\(SandboxClient.templatePath)?access_token=\(token)"
            try await peer.send("POST \(target) HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            let answer = await peer.answer()
            #expect(answer.status == expected.status)
            if let body = expected.body { #expect(answer.body == body) }
            if let ending = expected.ending {
                _ = await peer.rest()
                #expect(peer.ending == ending)
            }
            if expected.fault.contains("\"ms\":20") { #expect(ContinuousClock.now - start >= .milliseconds(20)) }
            #expect(try await client.shown() == (expected.isShown ? ["o1": 1] : [:]))
            // The fault is used up, and what was taken isn't shown again.
            #expect(try await client.send(body, token: token).errcode == 0)
            #expect(try await client.shown() == ["o1": 1])
        }
    }

    @Test func `an errcode fault says -1 or what it is told`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            _ = try await client.call("POST", "/_sandbox/faults", #"{"kind":"errcode","count":1}"#)
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == -1)
            _ = try await client.call("POST", "/_sandbox/faults", #"{"kind":"errcode","errcode":45009,"api":"*"}"#)
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 45009)
            #expect(
                try await client.call("POST", "/cgi-bin/stable_token", SandboxClient.stableBody("wx1")).errcode == 45009
            )
            #expect(try await client.call("DELETE", "/_sandbox/faults").status == 200)
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 0)
        }
    }

    @Test func `a rate is the share of calls that it meets`() throws {
        var book = FaultBook()
        var generator = SplitMix(seed: 7)
        _ = try book.add(Fault(JSON(Array(#"{"kind":"reset","rate":0.25}"#.utf8))))
        let met = (0..<10_000).count { _ in book.take(APICall(method: "POST", path: "/x"), using: &generator) != nil }
        #expect((2300...2700).contains(met))
    }

    @Test func `a hang ends with its caller`() async throws {
        let server = SandboxServer(SandboxConfiguration(), seed: 1) { 0 }
        let connection = ConnectionHandle()
        async let ended: Void = server.hangs.wait(milliseconds: 600_000, for: connection)
        while server.hangs.count == 0 { await Task.yield() }
        connection.hangUp()
        await ended
        #expect(server.hangs.count == 0)
    }

    @Test func `a hang ends with a reset of the sandbox and with the sandbox`() async throws {
        let server = SandboxServer(SandboxConfiguration(), seed: 1) { 0 }
        async let first: Void = server.hangs.wait(milliseconds: 600_000, for: ConnectionHandle())
        while server.hangs.count == 0 { await Task.yield() }
        _ = await server.answer(IncomingRequest(method: "DELETE", target: "/_sandbox"))
        await first
        server.hangs.close()
        await server.hangs.wait(milliseconds: 600_000, for: ConnectionHandle())
        #expect(server.hangs.count == 0)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"kind":"no"}"#, #"{"kind":"hang","ms":-1}"#, #"{"kind":"hang","ms":600001}"#,
        #"{"kind":"status","status":99}"#, #"{"kind":"reset","rate":1.5}"#, #"{"kind":"reset","count":0}"#,
        #"{"kind":"reset","api":"/x"}"#, #"{"kind":"reset","often":true}"#,
    ])
    func `a fault that makes no sense is 400`(body: String) async throws {
        try await withSandbox { client in
            let answer = try await client.call("POST", "/_sandbox/faults", body)
            #expect(answer.status == 400)
            #expect(answer.json?["error"]?.text?.isEmpty == false)
        }
    }

    @Test func `faults are bounded`() async throws {
        try await withSandbox { client in
            for id in 1...FaultBook.capacity {
                #expect(try await client.call("POST", "/_sandbox/faults", #"{"kind":"reset"}"#).json?["id"]?.int == id)
            }
            #expect(try await client.call("POST", "/_sandbox/faults", #"{"kind":"reset"}"#).status == 400)
            let list = try await client.call("GET", "/_sandbox/faults")
            #expect(list.json?["faults"]?.elements?.count == FaultBook.capacity)
        }
    }
}
