import HTTPServing
import Timekeeping
import WeChat
import Weir
import WireJSON

/// The answer of `GET /v1/audit`: what operators did, newest first.
struct AuditReply: Sendable {
    private let gateway: Gateway
    private let request: IncomingRequest

    private static let names = ["since", "who", "action", "app", "to", "limit", "cursor"]

    init(_ gateway: Gateway, _ request: IncomingRequest) {
        (self.gateway, self.request) = (gateway, request)
    }

    func reply(traceID: String) async throws(MessageRefusal) -> OutgoingReply {
        let page = try await gateway.audit(try filter())
        return Envelope.success(200, "ok", traceID: traceID) { data in
            data.member(
                "entries",
                array: { list in for entry in page.entries { list.object { entry.write(to: &$0) } } }
            )
            data.member("next", page.next.map(String.init))
        }
    }

    private func filter() throws(MessageRefusal) -> AuditFilter {
        let query = QueryItems(request.query)
        if let unknown = query.unknownName(besides: Set(Self.names)) {
            let shown = Stranger.printable(unknown, bytes: 64)
            throw OrderJSON.invalid(shown, "is not known: \(Self.names.joined(separator: ", ")) are")
        }
        var filter = AuditFilter(who: query["who"], action: query["action"])
        if let since = query["since"] {
            guard let time = Timestamp(rfc3339: since.replacing(" ", with: "+")) else {
                throw OrderJSON.invalid("since", "must be a time with an offset, such as 2026-11-21T09:00:00+08:00")
            }
            filter.since = time
        }
        if let limit = query["limit"] {
            guard let number = Int(limit), 1...1000 ~= number else {
                throw OrderJSON.invalid("limit", "must be 1 to 1000")
            }
            filter.limit = number
        }
        if let cursor = query["cursor"] {
            let isPlain = 1...18 ~= cursor.utf8.count && cursor.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            guard isPlain, let place = Int64(cursor) else {
                throw OrderJSON.invalid("cursor", "is none that Weir gave out")
            }
            filter.before = place
        }
        filter.target = try target(query)
        return filter
    }

    /// What was done to an app, or to a person, of whom the trail has a hash alone.
    private func target(_ query: QueryItems) throws(MessageRefusal) -> String? {
        guard let recipient = query["to"] else { return query["app"] }
        guard let app = query["app"] else { throw OrderJSON.invalid("to", "needs app, too") }
        return gateway.auditTarget(app: app, recipient: recipient)
    }
}

extension AuditEntry {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("at", at.rfc3339)
        json.member("who", who)
        json.member("role", role)
        json.member("action", action)
        if !target.isEmpty { json.member("target", target) }
        if !reason.isEmpty { json.member("reason", reason) }
        json.member("status", status)
        if !peer.isEmpty { json.member("peer", peer) }
        json.member("trace_id", traceID)
    }
}
