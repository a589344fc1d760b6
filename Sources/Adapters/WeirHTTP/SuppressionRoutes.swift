internal import Addressing
import HTTPServing
import Timekeeping
import WeChat
import Weir
import WireJSON

/// `GET /v1/suppressions` and `DELETE /v1/suppressions/{app}/{openid}`: who is not sent to, and the end of that.
struct SuppressionRoutes: Sendable {
    private let routes: MessageRoutes
    private var gateway: Gateway { routes.handler.gateway }

    init(_ routes: MessageRoutes) {
        self.routes = routes
    }

    /// - Parameter arguments: an app and an openid, whose suppressions end; none to list them.
    func answer(_ arguments: [String]) async throws(MessageRefusal) -> OutgoingReply {
        let parts = arguments.map { PercentEncoding.decode($0[...]) ?? $0 }
        guard parts.count == 2 else { return try await list() }
        return try await lift(app: parts[0], recipient: parts[1])
    }

    private static let names = ["app", "to", "limit", "cursor"]

    private func list() async throws(MessageRefusal) -> OutgoingReply {
        let (caller, query) = (try routes.caller(), QueryItems(routes.request.query))
        if let unknown = query.unknownName(besides: Set(Self.names)) {
            throw invalid(unknown, "is not known: \(Self.names.joined(separator: ", ")) are")
        }
        var limit = 100
        if let text = query["limit"] {
            guard let number = Int(text), 1...1000 ~= number else { throw invalid("limit", "must be 1 to 1000") }
            limit = number
        }
        var before: Int64?
        if let cursor = query["cursor"] {
            let isPlain = 1...18 ~= cursor.utf8.count && cursor.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            guard isPlain, let place = Int64(cursor) else { throw invalid("cursor", "is none that Weir gave out") }
            before = place
        }
        let page = try await gateway.suppressions(
            app: query["app"],
            recipient: query["to"],
            before: before,
            limit: limit,
            caller: caller
        )
        return Envelope.success(200, "ok", traceID: routes.traceID) { data in
            data.member(
                "suppressions",
                array: { list in
                    for suppression in page.suppressions { list.object { suppression.write(to: &$0) } }
                }
            )
            data.member("next", page.next.map(String.init))
        }
    }

    private func lift(app: String, recipient: String) async throws(MessageRefusal) -> OutgoingReply {
        let caller = try routes.caller()
        if caller.isOperator {
            let target = gateway.auditTarget(app: app, recipient: recipient)
            routes.trace.note { $0.target = target }
        }
        let lifted = try await gateway.lift(app: app, recipient: recipient, caller: caller)
        return Envelope.success(200, "lifted", traceID: routes.traceID) { data in
            data.member("lifted", lifted.count)
        }
    }

    private func invalid(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.invalid, "\(field) \(problem)", field: field)
    }
}

extension Suppression {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("app", app)
        json.member("to", recipient)
        json.member("scope", reach.word)
        json.member("template_id", reach.template)
        json.member("errcode", errcode)
        json.member("reason", SuppressedRecipient(errcode: errcode, until: until).cause)
        json.member("since", since.rfc3339)
        json.member("until", until.rfc3339)
    }
}

extension SuppressedRecipient {
    /// What an answer of `suppressed` says beside its words.
    func write(to json: inout JSONWriter) {
        json.member("reason", cause)
        json.member("errcode", errcode)
        json.member("until", until.rfc3339)
    }
}
