import HTTPServing
import Weir
import WireJSON

/// `/v1/alerts`: where an Alertmanager posts its webhooks.
struct AlertRoutes: Sendable {
    let handler: APIHandler
    let request: IncomingRequest
    let trace: RequestTrace

    func accept() async throws(MessageRefusal) -> OutgoingReply {
        let report = try await handler.gateway.acceptAlerts(
            WebhookRequest(
                key: request.bearer,
                isDirectLoopback: request.isDirect,
                isCoded: request.isCoded,
                trace: trace,
                body: request.unreadBody
            )
        )
        return Envelope.success(200, "accepted", traceID: trace.id) { data in
            data.member("accepted", report.count(.accepted))
            data.member("duplicates", report.count(.duplicate))
            data.member("summarised", report.count(.summarised))
            data.member(
                "sinks",
                object: { sinks in
                    for (name, result) in report.sinks.sorted(by: { $0.key < $1.key }) {
                        sinks.member(name, result.rawValue)
                    }
                }
            )
        }
    }
}
