import HTTPServing
import Weir
import WireJSON

/// `/v1/alerts`: where an Alertmanager posts its webhooks.
struct AlertRoutes: Sendable {
    let handler: APIHandler
    let request: IncomingRequest
    let trace: RequestTrace

    /// Bytes of a webhook: a group of 5,000 alerts has about 4 MB.
    static let sizeLimit = 16 << 20

    func accept() async throws(MessageRefusal) -> OutgoingReply {
        let report = try await handler.gateway.acceptAlerts(
            key: request.bearer,
            isDirectLoopback: request.isDirect,
            trace: trace,
            body: { () async throws(MessageRefusal) -> [UInt8] in try await body() }
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

    private func body() async throws(MessageRefusal) -> [UInt8] {
        let limit = AlertRoutes.sizeLimit
        return try await request.body(upTo: limit, orSay: "the body is over \(limit >> 20) MiB: group_by more labels")
    }
}
