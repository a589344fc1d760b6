import Queueing
import Resilience
import TestSupport
import Testing
import Timekeeping
import WeChat
import WeirTesting

@testable import Dispatching
@testable import Weir

/// No secret, key, token or openid in a log line, a metric label or an error's text.
@Suite struct SecrecyTests {
    private static let lost = Result<UpstreamReply, TransportFailure>.failure(
        TransportFailure(.timeout, bytesLeft: true, detail: "Operation timed out")
    )
    /// Answers of every kind.
    private static let answers: [Result<UpstreamReply, TransportFailure>] = [
        .success(.ok), .success(.errcode(43004)), .success(.errcode(47003)), .success(.errcode(48001)),
        .success(.errcode(50002)),
        .success(.errcode(45009)), .success(.errcode(45011)), .success(.errcode(-1)), lost,
        .success(.json("<html>", status: 502)),
        .failure(TransportFailure(.connect, bytesLeft: false)), .success(.errcode(40001)),
    ]

    private static let hidden = [
        GatewayHarness.secret, GatewayHarness.key, "REAL-TOKEN", "weir1.main", GatewayHarness.openID, "o6_bmjr",
        "KEY-of-billing", "WRONG-KEY",
    ]

    @Test func `a busy mix leaves none in logs, metrics or errors`() async throws {
        let bench = try MessageBench()
        let harness = bench.harness
        let answers = SecrecyTests.answers
        let turn = Outbox<Int>()
        harness.transport.answer { request in
            if request.target == "/cgi-bin/stable_token" {
                turn.put(1)
                return turn.count % 5 == 0 ? .success(.errcode(40125)) : .success(.token("REAL-TOKEN-\(turn.count)"))
            }
            turn.put(1)
            let answer = answers[turn.count % answers.count]
            guard turn.count % answers.count == 0 else { return answer }
            // WeChat repeats what the request was made with.
            let token = request.target.split(separator: "=").last ?? ""
            return .success(.json("{\"errcode\":40003,\"errmsg\":\"invalid openid hint: [\(token)] rid: 1-2\"}"))
        }
        var texts: [String] = []
        let relay = RelayBench(harness)
        let token = await relay.token
        for round in 0..<60 {
            let custom = round % 2 == 0
            do {
                _ = try await bench.accept(
                    "\"retry_class\":\"consistent\"",
                    type: custom ? "custom" : "template",
                    message: custom ? MessageBench.text : MessageBench.template,
                    key: "k\(round)"
                )
            } catch {
                texts.append("\(error)")
            }
            // Of each three, one is refused where its recipient is suppressed.
            if round % 3 > 0 {
                let recipient = GatewayHarness.openID
                _ = try? await harness.gateway.lift(app: "main", recipient: recipient, caller: .operator())
            }
            // A token of nobody's ends at once; what waits is ended by the clock.
            texts.append(await relay.send("\(Path.menu)?access_token=\(token)x&openid=\(GatewayHarness.openID)").text)
            texts.append(
                await relay.send("/cgi-bin/token?appid=wx1234567890abcdef&secret=WRONG-KEY", method: "GET").text
            )
            harness.journal.settle()
            harness.transport.settle()
            harness.advance(.seconds(61))
            harness.startKeepers()
            _ = harness.gateway.setPaused(false, app: "main")
        }
        for body in [
            "{\"touser\":\"\(GatewayHarness.openID)\"}", "{\"type\":\"template\",\"message\":\(MessageBench.text)}",
        ] {
            texts.append(await bench.refusal(Array(body.utf8))?.message ?? "")
        }
        do { _ = try bench.service.authenticate(key: "WRONG-KEY", isDirectLoopback: true) } catch {
            texts.append(error.message)
        }
        for record in harness.journal.model.messages.values {
            texts.append(record.reason ?? "")
            texts += record.attempts.map { $0.errmsg ?? "" }
        }
        texts.append(harness.log.text)
        texts.append(harness.metricsText)
        #expect(harness.calls.count > 30)
        #expect(!harness.log.text.isEmpty)
        for text in texts {
            for secret in SecrecyTests.hidden where text.contains(secret) {
                Issue.record("\(secret) in: \(text.split(separator: "\n").first { $0.contains(secret) } ?? "")")
            }
        }
    }

    @Test func `what holds a token does not print it`() {
        let token = AccessToken(value: "REAL-TOKEN-1", issuedAt: .zero, expiresAt: .zero)
        #expect(!"\(token)".contains("REAL"))
        #expect(!String(reflecting: token).contains("REAL"))
    }
}
