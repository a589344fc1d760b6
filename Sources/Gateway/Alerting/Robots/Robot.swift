import Crypto
internal import Foundation
package import Resilience
package import Timekeeping
package import WeChat
import WeirPorts

/// A group robot as an upstream: where its messages go, signed anew for each attempt, and what its answers mean.
///
/// To the dispatcher it is an app of its own (`robot:NAME`) with one lane, one limiter and one breaker.
package struct Robot: Equatable, Sendable, Upstream {
    var configuration: RobotConfiguration

    package init(_ configuration: RobotConfiguration) {
        self.configuration = configuration
    }

    /// What the dispatcher calls the robot of a sink; no app's name has a colon.
    package static func appName(sink: String) -> String {
        "robot:" + sink
    }

    /// The sink whose robot the dispatcher calls so; nil for an app.
    static func sink(appName: String) -> String? {
        appName.hasPrefix("robot:") ? String(appName.dropFirst("robot:".count)) : nil
    }

    /// Scheme, host and port.
    package var origin: String {
        configuration.origin
    }

    /// Requests that it may get.
    package var limit: RateLimit {
        configuration.rate
    }

    /// The type of the messages that go to it.
    var type: MessageType {
        switch configuration.kind {
        case .dingtalk: .dingtalk
        case .wecom: .wecom
        }
    }

    /// The one path of its lane. Neither vendor knows a repeat, so that none is made while the first one's end is unknown.
    var api: APIDescriptor {
        type.descriptor
    }

    package func target(of api: APIDescriptor, body: [UInt8], token: AccessToken?, at now: Timestamp) -> String? {
        target(at: now)
    }

    /// Path and query for an attempt that is made now. It holds the robot's secrets: never print it.
    func target(at now: Timestamp) -> String {
        let key = PercentEncoding.escape(configuration.key)
        switch configuration.kind {
        case .wecom:
            return "\(api.label)?key=\(key)"
        case .dingtalk:
            guard let secret = configuration.secret else { return "\(api.label)?access_token=\(key)" }
            let sign = PercentEncoding.escape(Robot.signature(milliseconds: now.milliseconds, secret: secret))
            return "\(api.label)?access_token=\(key)&timestamp=\(now.milliseconds)&sign=\(sign)"
        }
    }

    /// DingTalk's signature: HMAC-SHA-256 under the secret over the time, a line feed and the secret, in Base64.
    static func signature(milliseconds: Int64, secret: String) -> String {
        let mac = HMAC<SHA256>.authenticationCode(
            for: Data("\(milliseconds)\n\(secret)".utf8),
            using: SymmetricKey(data: Data(secret.utf8))
        )
        return Data(mac).base64EncodedString()
    }
}
