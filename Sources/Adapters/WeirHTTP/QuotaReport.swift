import HTTPServing
import Timekeeping
import Weir
import WireJSON

/// `GET /v1/quota`: what of WeChat's daily quotas is used, by app and api.
struct QuotaReport: Sendable {
    private let quotas: [Gateway.AppQuota]
    private let hasMore: Bool

    init(_ gateway: Gateway, _ request: IncomingRequest, caller: Caller) throws(MessageRefusal) {
        let query = QueryItems(request.query)
        if let unknown = query.unknownName(besides: ["app"]) {
            throw MessageRefusal(.invalid, "\(unknown) is not known: app is", field: unknown)
        }
        (quotas, hasMore) = try gateway.quotas(of: query["app"], caller: caller)
    }

    func reply(traceID: String) -> OutgoingReply {
        Envelope.success(200, "ok", traceID: traceID) { data in
            data.member(
                "quotas",
                array: { list in
                    for row in quotas {
                        list.object { json in
                            json.member("app", row.app)
                            json.member("api", row.api)
                            QuotaReport.write(row.quota, to: &json)
                        }
                    }
                }
            )
            data.member("has_more", hasMore)
        }
    }

    static func write(_ quota: DispatchSnapshot.Quota, to json: inout JSONWriter) {
        json.member("used", quota.used)
        json.member("limit", quota.limit)
        json.member("left", quota.left)
        json.member("reserve", quota.reserve)
        json.member("reset_at", quota.reset.rfc3339)
        json.member("lasts_seconds", quota.exhaustion.map { Int($0.inSeconds) })
    }
}
