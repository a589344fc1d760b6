import Crypto
internal import Foundation
import Timekeeping
import WeirPorts
import WireJSON

/// A notification on its way into the journal.
struct AlertDelivery: Sendable {
    var notification: AlertNotification
    var sink: AlertSinkConfiguration
    /// The notification's.
    var digest: [UInt8]
    /// The name of the client that brought it.
    var client: String
    var traceparent: String
    var retryClass: String
    var lifetime: Duration

    /// What a message keeps of the notification that brought it, for whoever looks at it.
    func metadata(isSummary: Bool) -> [UInt8] {
        var json = JSONWriter()
        var filling = AlertFilling(.notification(notification))
        let name = filling.field(AlertDelivery.name)
        json.object { json in
            json.member(
                "alert",
                object: { alert in
                    alert.member("sink", notification.sink)
                    alert.member("status", isSummary ? "summary" : notification.isFiring ? "firing" : "resolved")
                    alert.member("alertname", name)
                }
            )
        }
        return json.bytes
    }

    private static let name = AlertField(name: "alertname", value: .alertname)
}

/// The idempotency keys of what a recipient was told about one group: numbered from 0 in each stretch of ``window``, so that the
/// journal knows which notification was the last, over restarts too.
///
/// Only the last can be repeated: an alert that fires, is resolved and fires again is three notifications, though the first and the
/// third are the same to the byte.
struct AlertChain: Equatable, Sendable {
    /// Within this time the last notification is not sent again.
    static let window = Duration.seconds(300)

    /// A digest of sink, group and recipient.
    let name: String
    /// Which stretch of time, by the wall clock.
    private(set) var stretch: Int64

    init(_ notification: AlertNotification, recipient: String, at now: Timestamp) {
        var hash = SHA256()
        for text in [notification.sink, notification.groupKey, recipient] { hash.add(text) }
        name = hash.finalize().map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
        let length = AlertChain.window.inMilliseconds
        stretch = now.milliseconds / length - (now.milliseconds % length < 0 ? 1 : 0)
    }

    /// The stretch before this one.
    var before: AlertChain {
        var chain = self
        chain.stretch -= 1
        return chain
    }

    /// The key of the notification with this number.
    func key(_ number: Int) -> String {
        "\(MessageSource.alertKeyPrefix)\(name)-\(stretch)-\(number)"
    }
}

extension SHA256 {
    /// Adds a text with its length, so that no two lists of texts run together into the same bytes.
    mutating func add(_ text: String) {
        update(data: Data("\(text.utf8.count):\(text)".utf8))
    }
}
