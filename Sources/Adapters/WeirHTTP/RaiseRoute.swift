import Addressing
import HTTPServing
import Timekeeping
import Weir
import WireJSON

/// `POST /v1/clients/{name}/raise`: another limit for a client's budget, for a time.
struct RaiseRoute: Sendable {
    let gateway: Gateway
    let request: IncomingRequest

    /// Bytes of the body.
    private static let limit = 8 << 10
    private static let members: Set<String> = ["app", "api", "limit", "until", "reason"]

    /// - Parameter client: as it stands in the path.
    func answer(_ client: String, traceID: String) async -> OutgoingReply {
        do throws(MessageRefusal) {
            let raised = try await gateway.raise(try await asked(client))
            return Envelope.success(200, "raised", traceID: traceID) { data in
                raised.standing.write(to: &data)
                data.member("kept", raised.isKept)
            }
        } catch {
            return Envelope.failure(error, status: error.reason.status, traceID: traceID)
        }
    }

    private func asked(_ client: String) async throws(MessageRefusal) -> Gateway.BudgetRaiseRequest {
        let bytes = try await request.body(upTo: RaiseRoute.limit, orSay: "the body is over 8 KiB")
        let json: JSONObjectView
        do throws(JSONProblem) { json = try JSONObjectView(bytes) } catch {
            throw MessageRefusal(.malformed, "the body is not a JSON object as it should be: \(error)")
        }
        for member in json.members where !RaiseRoute.members.contains(json.name(of: member)) {
            throw invalid(json.name(of: member), "is not known: app, api, limit, until and reason are")
        }
        guard let api = json.string("api") else {
            throw invalid("api", "is missing: a path or *, as the budget has it")
        }
        guard let until = json.string("until").flatMap({ Timestamp(rfc3339: $0) }) else {
            throw invalid("until", "must be a time with an offset, such as 2026-11-21T18:00:00+08:00")
        }
        return Gateway.BudgetRaiseRequest(
            client: PercentEncoding.decode(client[...]) ?? client,
            app: json.string("app"),
            api: api,
            limit: try limit(json),
            until: until,
            reason: json.string("reason") ?? request.header("x-weir-reason")
        )
    }

    /// A number of calls a day, also as the configuration writes it: `30000/d`.
    private func limit(_ json: JSONObjectView) throws(MessageRefusal) -> Int {
        let number = json.integer("limit").map { Int(clamping: $0) }
        let text = json.string("limit").map { $0.hasSuffix("/d") ? $0.dropLast(2) : $0[...] }
        guard let limit = number ?? text.flatMap({ Int($0) }) else {
            throw invalid("limit", "must be a number of calls a day, such as 30000 or \"30000/d\"")
        }
        return limit
    }

    private func invalid(_ field: String, _ problem: String) -> MessageRefusal {
        MessageRefusal(.invalid, "\(field) \(problem)", field: field)
    }
}
