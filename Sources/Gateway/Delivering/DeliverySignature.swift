internal import Crypto
internal import Foundation
internal import Timekeeping
internal import WeirPorts

/// The headers by which a destination knows that a delivery is Weir's, and which it is.
enum DeliverySignature {
    /// - Parameter secret: that the destination has, too.
    static func headers(
        _ delivery: WaitingDelivery,
        _ body: [UInt8],
        secret: String,
        at now: Timestamp
    ) -> [HeaderField] {
        let timestamp = "\(now.milliseconds / 1000)"
        return [
            HeaderField("Content-Type", "application/json; charset=utf-8"),
            HeaderField("X-Weir-Delivery", delivery.number),
            HeaderField("X-Weir-Timestamp", timestamp),
            HeaderField("X-Weir-Signature", "v1=" + digits(timestamp, body, secret: secret)),
        ]
    }

    /// HMAC-SHA256 over the timestamp, a point and the body, in small letters.
    private static func digits(_ timestamp: String, _ body: [UInt8], secret: String) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Data(secret.utf8)))
        code.update(data: Array((timestamp + ".").utf8))
        code.update(data: body)
        return code.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension WaitingDelivery {
    /// `X-Weir-Delivery`: the same for every attempt, and no other delivery's, also not of a journal that was made anew.
    package var number: String { "\(String(max(0, createdAt.milliseconds), radix: 36))-\(place)" }
}
