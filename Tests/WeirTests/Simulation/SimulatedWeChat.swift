import TestSupport
import Timekeeping

@testable import Weir

/// What WeChat does with requests, and what users' phones show. It knows nothing of Weir's code.
struct SimulatedWeChat {
    /// How it behaves at present.
    enum Mood: CaseIterable {
        case well, busy, lossy, down, strict, limited, mixed
    }

    /// A request on its way, its fate already decided.
    struct Flight {
        var request: SentRequest
        var id: String
        var isMessage: Bool
        var result: Result<UpstreamReply, TransportFailure>
        /// When the transport gives it up.
        var deadline: Instant

        /// What the transport says then.
        var lateResult: Result<UpstreamReply, TransportFailure> {
            if case .success = result { .failure(TransportFailure(.timeout, bytesLeft: true)) } else { result }
        }
    }

    static let window = Duration.seconds(600)

    var mood = Mood.well
    private(set) var token = 1
    /// When a message was taken first.
    private var taken: [String: Instant] = [:]
    private(set) var shown: [String: Int] = [:]
    var violations: [String] = []

    var tokenText: String { "REAL-TOKEN-\(token)" }

    /// Somebody else refreshes the token by force.
    mutating func rivalRefreshes() {
        token += 1
    }

    mutating func receive(_ request: SentRequest, at now: Instant, using chance: inout SeededGenerator) -> Flight {
        let id = SimulatedWeChat.id(in: request.body)
        let result = answer(request, id: id, at: now, using: &chance)
        return Flight(
            request: request,
            id: id,
            isMessage: request.body.contains("client_msg_id"),
            result: result,
            deadline: now + request.request.timeout
        )
    }

    private mutating func answer(
        _ request: SentRequest,
        id: String,
        at now: Instant,
        using chance: inout SeededGenerator
    ) -> Result<UpstreamReply, TransportFailure> {
        guard request.request.target.hasSuffix("access_token=" + tokenText) else { return .success(.errcode(40001)) }
        let draw = Int.random(in: 0..<100, using: &chance)
        switch mood {
        case .well: return draw < 97 ? take(request, id, at: now) : .success(.errcode(43004))
        case .busy: return draw < 70 ? .success(.errcode(-1)) : take(request, id, at: now)
        case .lossy:
            // The bytes left; whether WeChat took them nobody hears.
            if draw < 60 { _ = take(request, id, at: now) }
            return draw < 80 ? .failure(TransportFailure(.timeout, bytesLeft: true)) : take(request, id, at: now)
        case .down: return .failure(TransportFailure(.connect, bytesLeft: false))
        case .strict: return .success(.errcode([43004, 47003, 40003, 43117, 48001][draw % 5]))
        case .limited: return draw < 60 ? take(request, id, at: now) : .success(.errcode(draw < 95 ? 45011 : 45009))
        case .mixed:
            if draw < 50 { return take(request, id, at: now) }
            let codes = [-1, 43004, 45011, 43117, 48001, 40241, 50002]
            return draw < 70
                ? .failure(TransportFailure(.reset, bytesLeft: draw < 62))
                : .success(.errcode(codes[draw % codes.count]))
        }
    }

    /// Accepts a message; a template message that it knows is not shown again.
    private mutating func take(_ request: SentRequest, _ id: String, at now: Instant) -> Result<
        UpstreamReply, TransportFailure
    > {
        let isKnown = request.path == Path.template && (taken[id].map { now - $0 < SimulatedWeChat.window } ?? false)
        if !isKnown, request.body.contains("client_msg_id") {
            taken[id] = now
            shown[id, default: 0] += 1
            if let times = shown[id], times > 1 { violations.append("\(id) was shown \(times) times") }
        }
        return .success(.ok)
    }

    private static func id(in body: String) -> String {
        let parts = body.split(separator: "\"")
        return parts.count > 3 ? String(parts[3]) : ""
    }
}
