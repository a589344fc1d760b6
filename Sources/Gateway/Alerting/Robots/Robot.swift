import Addressing
import Crypto
internal import Foundation
package import Resilience
package import Timekeeping
package import WeChat
package import WeirPorts

/// A group robot as an upstream: where its messages go, signed anew for each attempt, and what its answers mean.
///
/// To the dispatcher it is an app of its own (`robot:NAME`) with one lane, one limiter and one breaker.
package struct Robot: Equatable, Sendable, Upstream {
    var configuration: RobotConfiguration

    package init(_ configuration: RobotConfiguration) {
        self.configuration = configuration
    }

    /// What the dispatcher calls the robot of a sink; no app's name has a colon.
    ///
    /// - Parameter number: its place in a pool, from 0.
    package static func appName(sink: String, number: Int = 0) -> String {
        number == 0 ? "robot:\(sink)" : "robot:\(sink):\(number + 1)"
    }

    /// The sink whose robot the dispatcher calls so; nil for an app.
    static func sink(appName: String) -> String? {
        let parts = appName.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > 1 && parts[0] == "robot" ? String(parts[1]) : nil
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
        case .wecomApp: .wecomApp
        case .feishu: .feishu
        case .webhook: .webhook
        }
    }

    /// The one path of its lane. No robot's vendor knows a repeat, so that none is made while the first one's end is unknown.
    var api: APIDescriptor {
        type.descriptor
    }

    package func target(of api: APIDescriptor, body: [UInt8], token: AccessToken?, at now: Timestamp) -> String? {
        target(token: token, at: now)
    }

    /// Path and query for an attempt that is made now; nil where it takes a token and there is none. It holds the robot's secrets: never
    /// print it.
    func target(token: AccessToken? = nil, at now: Timestamp) -> String? {
        let key = PercentEncoding.escape(configuration.key)
        switch configuration.kind {
        case .webhook:
            return configuration.key
        case .feishu:
            return "\(api.label)/\(key)"
        case .wecom:
            return "\(api.label)?key=\(key)"
        case .wecomApp:
            return token.map { "\(api.label)?access_token=\(PercentEncoding.escape($0.value))" }
        case .dingtalk:
            guard let secret = configuration.secret else { return "\(api.label)?access_token=\(key)" }
            let sign = PercentEncoding.escape(Robot.signature(milliseconds: now.milliseconds, secret: secret))
            return "\(api.label)?access_token=\(key)&timestamp=\(now.milliseconds)&sign=\(sign)"
        }
    }

    /// What each request carries beside what every message's does.
    package var headers: [HeaderField] {
        configuration.headers.sorted { $0.key < $1.key }.map { HeaderField($0.key, $0.value) }
    }

    package func body(_ stored: [UInt8], at now: Timestamp) -> [UInt8] {
        guard stored.first == UInt8(ascii: "{") else { return stored }
        return switch configuration.kind {
        case .feishu: configuration.secret.map { signed(stored, secret: $0, at: now) } ?? stored
        case .wecomApp: addressed(stored)
        case .dingtalk, .wecom, .webhook: stored
        }
    }

    /// Feishu's signature stands in the body, with the time in seconds.
    private func signed(_ stored: [UInt8], secret: String, at now: Timestamp) -> [UInt8] {
        let seconds = now.milliseconds / 1000
        let sign = Robot.feishuSignature(seconds: seconds, secret: secret)
        return Array(#"{"timestamp":"\#(seconds)","sign":"\#(sign)","#.utf8) + stored.dropFirst()
    }

    /// DingTalk's signature: HMAC-SHA-256 under the secret over the time, a line feed and the secret, in Base64.
    static func signature(milliseconds: Int64, secret: String) -> String {
        signature(of: "\(milliseconds)\n\(secret)", key: secret)
    }

    /// Feishu's: the time, a line feed and the secret are the key, and nothing is what is signed.
    static func feishuSignature(seconds: Int64, secret: String) -> String {
        signature(of: "", key: "\(seconds)\n\(secret)")
    }

    private static func signature(of text: String, key: String) -> String {
        let mac = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: Data(key.utf8)))
        return Data(mac).base64EncodedString()
    }
}
