import HTTPServing
import TestSupport
import Testing
import Weir

@testable import WeirHTTP

/// Repeated header lines are one list, and a preference never fails a request.
struct ListHeaderTests {
    @Test(arguments: [
        ("wait=5", 5), ("wait=0", 0), ("wait=60", 60), ("wait=61", 60), ("wait=100", 60),
        ("wait=99999999999999999999999", 60), ("wait=5;foo=bar", 5), ("wait=\"5\"", 5), ("WAIT = 5 ; x", 5),
        ("wait=abc", nil), ("wait=", nil), ("wait", nil), ("wait=-1", nil), ("wait=5.5", nil), ("wait=+5", nil),
        ("wait=\"", nil), ("wait=٥", nil), ("waiting=5", nil), ("respond-async", nil), ("", nil), (";wait=5", nil),
    ])
    func `a wait is read, clamped or ignored`(_ preference: String, _ seconds: Int?) {
        #expect(WaitPreference.seconds([preference]) == seconds)
    }

    @Test func `of several waits the first that can be read counts`() {
        #expect(WaitPreference.seconds(["respond-async", "wait=x", "wait=3", "wait=9"]) == 3)
    }

    @Test(arguments: [
        ("wait=0, wait=abc", "wait=0"), ("wait=abc", nil), ("respond-async", nil), ("x;y=\"wait=3\"", nil),
    ])
    func `an answer says which wait was applied`(_ prefer: String, _ applied: String?) async throws {
        let bench = try await HandlerBench()
        let reply = await bench.answer("POST", "/v1/messages", [("Prefer", prefer)], body: HandlerBench.message)
        #expect(reply.status == 202 && reply.header("Preference-Applied") == applied)
    }

    @Test func `a stop answers those who wait, with what is known`() async throws {
        let bench = try await HandlerBench()
        let lines = [(name: "Prefer", value: "respond-async"), (name: "Prefer", value: "wait=100;foo=bar")]
        async let waiting = bench.answer("POST", "/v1/messages", lines, body: HandlerBench.message)
        // The house-keeping, the token's deadline and the wait's.
        await bench.time.waitForSleepers(3)
        bench.gateway.stopAccepting()
        let reply = await waiting
        #expect(reply.status == 202 && reply.text.contains("\"state\":\"pending\""))
        #expect(reply.header("Preference-Applied") == "wait=60")
        let late = await bench.answer("POST", "/v1/messages", lines, body: HandlerBench.message)
        #expect(late.status == 503 && late.text.contains("shutting_down"))
    }

    @Test(arguments: [
        (["text/plain"], true), (["application/json"], false), (["*/*"], false), ([], false), (["text/*"], true),
        (["text/html", "text/plain"], true), (["text/plain;q=0.5", "application/json"], false),
        (["text/plain, */*"], true), (["text/plain;q=0, */*"], false),
        (["application/json;q=0.1, text/plain;q=0.2"], true),
        (["*/*;q=0.1", "text/plain"], true), (["text/plain;q=0.5", "*/*"], false), (["image/png"], false),
        (["application/json;v=\"a, text/plain\""], false),
    ])
    func `an explanation is text for who prefers that, in whatever line`(_ accept: [String], _ isText: Bool) {
        #expect(Explanation.prefersText(accept.isEmpty ? nil : accept.joined(separator: ", ")) == isText)
    }

    @Test func `metrics heed every line of Accept and Accept-Encoding`() async throws {
        let bench = try await HandlerBench()
        let lines = [
            (name: "Accept", value: "text/html"), (name: "Accept", value: "application/openmetrics-text;version=1.0.0"),
            (name: "Accept-Encoding", value: "br"), (name: "Accept-Encoding", value: "gzip"),
        ]
        let reply = await bench.answer("GET", "/metrics", on: .admin, lines)
        #expect(reply.header("Content-Type")?.hasPrefix("application/openmetrics-text") == true)
        #expect(reply.header("Content-Encoding") == "gzip")
    }

    @Test(arguments: ["/v1/messages", "/v1/messages:batch", "/v1/alerts"])
    func `a coded body is 415 and says the way out, but not to strangers`(_ path: String) async throws {
        let bench = try await HandlerBench {
            $0.clients["orders"] = ClientConfiguration(keys: ["KEY"])
            var sink = AlertMessageConfiguration(app: "main", kind: .custom, recipients: ["o1"])
            sink.text = .standard
            $0.alerts.sinks["oncall"] = AlertSinkConfiguration(.wechat(sink))
        }
        let key = (name: "Authorization", value: "Bearer KEY")
        for coding in [[("Content-Encoding", "gzip")], [("Content-Encoding", "identity"), ("Content-Encoding", "br")]] {
            let reply = await bench.answer(
                "POST",
                path,
                [key] + coding.map { (name: $0.0, value: $0.1) },
                body: "\u{1F}"
            )
            #expect(reply.status == 415 && reply.header("Accept-Encoding") == "identity")
            #expect(reply.text.contains("unsupported_media_type"))
        }
        #expect(await bench.answer("POST", path, [("Content-Encoding", "gzip")], body: "\u{1F}").status == 401)
        let plain = await bench.answer("POST", path, [key, ("Content-Encoding", "Identity")], body: "{")
        #expect(plain.status == 400)
    }

    @Test(
        arguments: [
            ("return=representation", true), ("Return = \"representation\"; x=1", true), ("return=minimal", false),
            ("representation", false), ("return", false), ("wait=3", false), ("", false),
        ]
    )
    func `who wants to see the message as it waits is known by one preference`(_ preference: String, _ isWanted: Bool) {
        #expect(WaitPreference.wantsRepresentation([preference, "respond-async"]) == isWanted)
    }
}
