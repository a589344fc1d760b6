import Foundation
import HTTPTypes
import Hummingbird
import PrometheusMetrics
import Queueing
import Weir

/// A shop that tells its customers by WeChat that their order was shipped. The gateway is in the same process: no other
/// service, no HTTP between, and a message is on disk when the shop hears that it was taken.
struct Shipping: Sendable {
    let gateway: Gateway
    /// The id of the template that the message fills.
    let template: String

    /// What the warehouse sends.
    struct Shipment: Codable {
        /// The customer's openid.
        var customer: String
        var parcel: String
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("orders/:order/shipped") { request, context in
            let order = try context.parameters.require("order")
            let shipment = try await request.decode(as: Shipment.self, context: context)
            let traceparent = request.headers.first { $0.name.canonicalName == "traceparent" }?.value
            let message = try await tell(shipment, order: order, traceparent: traceparent)
            return Response(status: .accepted, body: ResponseBody(byteBuffer: ByteBuffer(string: message)))
        }
        router.get("metrics") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: gateway.registry.render()))
            )
        }
        return router
    }

    /// Hands the message over, once for each order however often the warehouse calls, and returns its id.
    private func tell(_ shipment: Shipment, order: String, traceparent: String?) async throws -> String {
        let body = try JSONEncoder().encode(OrderShipped(shipment, order: order, template: template))
        do throws(MessageRefusal) {
            let reply = try await gateway.request("shipped", traceparent: traceparent) {
                trace throws(MessageRefusal) in
                try await gateway.accept(
                    Array(body),
                    idempotencyKey: "shipped-\(order)",
                    caller: Caller(name: ""),
                    trace: trace
                )
            }
            return reply.record.message.id.description
        } catch {
            // With a time to wait the warehouse calls again then, and nothing is sent twice.
            let status: HTTPResponse.Status = error.retryAfter == nil ? .unprocessableContent : .serviceUnavailable
            throw HTTPError(status, message: error.message)
        }
    }
}

/// The message, as `POST /v1/messages` takes it.
private struct OrderShipped: Encodable {
    struct Text: Encodable { var value: String }

    struct Message: Encodable {
        enum CodingKeys: String, CodingKey {
            case user = "touser"
            case template = "template_id"
            case data
        }

        var user: String
        var template: String
        var data: [String: Text]
    }

    var type = "template"
    var priority = "high"
    var message: Message

    init(_ shipment: Shipping.Shipment, order: String, template: String) {
        let data = ["order": Text(value: order), "parcel": Text(value: shipment.parcel)]
        message = Message(user: shipment.customer, template: template, data: data)
    }
}
