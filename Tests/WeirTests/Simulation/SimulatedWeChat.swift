import TestSupport
import Timekeeping

@testable import Dispatching
@testable import Weir

/// What WeChat does with requests, and what users' phones show. It knows nothing of Weir's code.
struct SimulatedWeChat {
    /// How it behaves towards an app at present.
    enum Mood: CaseIterable {
        case well, busy, lossy, down, slow, strict, limited, mixed
    }

    private struct Account {
        var mood = Mood.well
        var token = 1
    }

    static let window = Duration.seconds(600)

    private var accounts: [String: Account] = [:]
    /// When a message was taken first, by its client_msg_id.
    private var taken: [String: Instant] = [:]
    /// How often, by recipient.
    private(set) var shown: [String: Int] = [:]
    /// Recipients who may be shown a message twice, as somebody has it sent again by force.
    var mayRepeat: Set<String> = []
    var violations: [String] = []

    /// The token in force of an account of this app's.
    func tokenText(_ app: String, appID: String) -> String { "REAL-TOKEN-\(appID)-\(accounts[app]?.token ?? 1)" }

    /// The account whose credentials a request carries; `nil` where it carries none.
    static func appID(of request: SentRequest) -> String? {
        guard !request.isTokenRequest else { return SimulatedMessage.member("appid", of: request.body) }
        guard let token = request.request.target.firstRange(of: "access_token=REAL-TOKEN-") else { return nil }
        let rest = request.request.target[token.upperBound...]
        return rest.lastIndex(of: "-").map { String(rest[..<$0]) }
    }

    mutating func setMood(_ mood: Mood, app: String) {
        accounts[app, default: Account()].mood = mood
    }

    /// Somebody else refreshes the token by force.
    mutating func rivalRefreshes(_ app: String) {
        accounts[app, default: Account()].token += 1
    }

    mutating func receive(
        _ departure: WorldTransport.Departure,
        at now: Instant,
        using chance: inout SeededGenerator
    ) -> Flight {
        let request = departure.request
        let app = SimulatedWeChat.app(of: request.request.origin)
        let recipient = request.isTokenRequest ? nil : SimulatedMessage.recipient(in: request.body)
        let mood = accounts[app]?.mood ?? .well
        var result: Result<UpstreamReply, TransportFailure>
        if request.isTokenRequest {
            let draw = Int.random(in: 0..<20, using: &chance)
            result = .success(
                draw == 0 ? .errcode(-1) : .token(tokenText(app, appID: SimulatedWeChat.appID(of: request) ?? ""))
            )
            if draw < 2 { result = .failure(TransportFailure(.timeout, bytesLeft: true)) }
        } else {
            result = answer(request, to: recipient, app: app, mood: mood, at: now, using: &chance)
        }
        let deadline = now + request.request.timeout
        var arrival = now + latency(mood, using: &chance)
        if case .failure(let failure) = result, failure.kind == .timeout { arrival = deadline }
        if arrival >= deadline {
            arrival = deadline
            if case .success = result { result = .failure(TransportFailure(.timeout, bytesLeft: true)) }
        }
        return Flight(
            number: departure.number,
            request: request,
            app: app,
            recipient: recipient,
            result: result,
            arrival: arrival
        )
    }

    private func latency(_ mood: Mood, using chance: inout SeededGenerator) -> Duration {
        let draw = Int.random(in: 0..<100, using: &chance)
        let most = mood == .slow && draw < 40 ? 9_000_000 : draw < 97 ? 300_000 : 3_000_000
        return .microseconds(Int.random(in: 500..<most, using: &chance))
    }

    private mutating func answer(
        _ request: SentRequest,
        to id: String?,
        app: String,
        mood: Mood,
        at now: Instant,
        using chance: inout SeededGenerator
    ) -> Result<UpstreamReply, TransportFailure> {
        let appID = SimulatedWeChat.appID(of: request) ?? ""
        let isCurrent = request.request.target.hasSuffix("access_token=" + tokenText(app, appID: appID))
        guard isCurrent || request.path.hasPrefix("/sns/") else { return .success(.errcode(40001)) }
        let draw = Int.random(in: 0..<100, using: &chance)
        switch mood {
        case .well: return draw < 97 ? take(request, id, at: now) : .success(.errcode(43004))
        case .busy: return draw < 70 ? .success(.errcode(-1)) : take(request, id, at: now)
        case .lossy:
            // The bytes left; whether WeChat took them nobody hears.
            if draw < 60 { _ = take(request, id, at: now) }
            return draw < 80 ? .failure(TransportFailure(.timeout, bytesLeft: true)) : take(request, id, at: now)
        case .down: return .failure(TransportFailure(.connect, bytesLeft: false))
        case .slow: return take(request, id, at: now)
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
    private mutating func take(
        _ request: SentRequest,
        _ id: String?,
        at now: Instant
    ) -> Result<UpstreamReply, TransportFailure> {
        guard let id else { return .success(.ok) }
        let mark = request.path == Path.template ? SimulatedMessage.mark(in: request.body) : nil
        let isKnown = mark.flatMap { taken[$0] }.map { now - $0 < SimulatedWeChat.window } ?? false
        if !isKnown {
            if let mark { taken[mark] = now }
            shown[id, default: 0] += 1
            if let times = shown[id], times > 1, !mayRepeat.contains(id) {
                violations.append("\(id) was shown \(times) times")
            }
        }
        return .success(.ok)
    }

    /// Each app has an origin of its own: its name, or its name and a number.
    private static func app(of origin: String) -> String {
        String(origin.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != "." && $0 != "-" })
    }
}
