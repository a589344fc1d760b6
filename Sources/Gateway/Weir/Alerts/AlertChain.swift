import Crypto
import Timekeeping

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
        "alert-\(name)-\(stretch)-\(number)"
    }
}
