import HTTPServing
import Weir

/// Who is on the other end, for the log.
extension IncomingRequest {
    /// Where it came from.
    ///
    /// - Parameter appID: that its body named, where it is known.
    func stranger(appID: String? = nil) -> Stranger {
        Stranger(peer: peer, userAgent: header("user-agent"), appID: appID ?? QueryItems(query)["appid"])
    }

    /// Has the request's log line tell where it came from: Weir does not know whose it is.
    func noteStranger(in trace: RequestTrace) {
        trace.note { $0.stranger = stranger(appID: $0.stranger?.appID) }
    }

    /// Notes an answer of 401 or 403 to somebody who did not come as far as Weir's own words about it.
    func noteRefusal(_ status: Int, in trace: RequestTrace) {
        guard status == 401 || status == 403 else { return }
        noteStranger(in: trace)
        trace.note { facts in
            facts.isFailure = true
            facts.outcome = facts.outcome ?? (status == 401 ? "unauthorized" : "forbidden")
        }
    }

    /// What it did, for the log, where it changes anything.
    ///
    /// - Parameters:
    ///   - destination: where it went.
    ///   - who: the door's word for who it is.
    ///   - status: of the answer.
    func action(
        at destination: Route.Destination,
        by who: String,
        on listener: Route.Listener,
        status: Int
    ) -> OperatorAction? {
        guard case .own(let route, let arguments) = destination, let action = route.action(method, arguments)
        else { return nil }
        var done = OperatorAction(
            who: who,
            isByOperator: listener == .admin,
            action: action,
            method: KnownMethod.label(method),
            // An openid is nothing for a log.
            path: route.name == .suppression ? route.pattern : String(path),
            status: status,
            reason: header("x-weir-reason"),
            caller: stranger()
        )
        done.target = route.target(arguments)
        return done
    }
}

extension Route {
    /// What a request does at this path beyond asking and handing over; `nil` for nothing. One of few words, whatever was asked for.
    func action(_ method: String, _ arguments: [String]) -> String? {
        guard method != "GET", method != "HEAD", methods.contains(method) else { return nil }
        switch name {
        case .messages, .batch, .events, .alerts: return nil
        case .message: return "cancel"
        case .redrive, .redriveAll: return "redrive"
        case .suppression: return "lift"
        case .reload: return "reload"
        case .raise: return "raise"
        case .cancelAll: return "cancel"
        case .forget: return "forget"
        case .order:
            return Route.known(arguments.last, of: ["pause", "resume", "stop"]).map { "operation_" + $0 } ?? "other"
        case .app: return Route.known(arguments.last, of: ["pause", "resume", "clear-quota"]) ?? "other"
        case .breaker:
            return Route.known(arguments.last, of: ["open", "close", "auto"]).map { "breaker_" + $0 } ?? "other"
        default: return "other"
        }
    }

    /// What it is done to, as far as the path says so and may be kept: an openid may not.
    fileprivate func target(_ arguments: [String]) -> String {
        switch name {
        case .suppression: ""
        case .app, .breaker, .message, .redrive, .order, .operation: arguments.first ?? ""
        default: ""
        }
    }

    private static func known(_ word: String?, of words: [String]) -> String? {
        word.flatMap { words.contains($0) ? $0 : nil }
    }
}
