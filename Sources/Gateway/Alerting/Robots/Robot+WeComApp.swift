import Addressing
package import WeChat
package import WeirPorts
import WireJSON

/// An app of a company's at WeCom (developer.work.weixin.qq.com, "发送应用消息"): beside a robot it has a token, and writes to people.
extension Robot {
    /// How long WeCom shows nobody the same request again, in seconds: its own default.
    static let duplicateInterval = 1800

    /// Who hands out its token; nil for whoever has none.
    package var tokenSource: (any TokenSource)? {
        configuration.kind == .wecomApp ? WeComToken() : nil
    }

    /// What that is asked with.
    package var credentials: TokenCredentials {
        TokenCredentials(appID: configuration.key, secret: configuration.secret ?? "", hosts: [configuration.origin])
    }

    /// Which of WeCom's apps it is; empty for whoever has no token. Of another one nothing is known.
    package var account: String {
        configuration.kind == .wecomApp ? "\(configuration.key) \(configuration.agentID)" : ""
    }

    /// The stored message to those who are to get it by now: people who were put right in the configuration get what waits.
    func addressed(_ stored: [UInt8]) -> [UInt8] {
        let audience = configuration.audience
        var json = JSONWriter()
        json.object { json in
            for (name, people) in [("touser", audience.users), ("toparty", audience.parties), ("totag", audience.tags)]
            where !people.isEmpty {
                json.member(name, people.joined(separator: "|"))
            }
            json.member("agentid", configuration.agentID)
        }
        return json.bytes.dropLast() + [UInt8(ascii: ",")] + stored.dropFirst()
    }

    /// Whom a message that was taken does not reach, in numbers; nil where it reaches everybody.
    func unreached(_ reply: JSONObjectView) -> String? {
        guard configuration.kind == .wecomApp else { return nil }
        let lists = ["invaliduser", "invalidparty", "invalidtag", "unlicenseduser"]
        let counts = lists.compactMap { name -> String? in
            let count = (reply.string(name) ?? "").split(separator: "|").count
            return count > 0 ? "\(name): \(count)" : nil
        }
        return counts.isEmpty ? nil : "\(Robot.unreachedMark) (\(counts.joined(separator: ", ")))"
    }

    /// How the text of an accepted attempt begins whose message reaches some of its people only.
    static let unreachedMark = "not for everybody"
}

/// WeCom's `gettoken`: it hands out the same token up to its end, and nobody can have it replaced by asking.
package struct WeComToken: TokenSource {
    package init() {}

    package let path = "/cgi-bin/gettoken"
    package let method = "GET"

    /// The next one can't be had before the present one's end. WeCom may end one early by itself.
    package var policy: AccessTokenPolicy {
        var policy = AccessTokenPolicy()
        (policy.renewal, policy.tellsOfRivals) = (.zero, false)
        return policy
    }

    package func request(with credentials: TokenCredentials) -> UpstreamRequest {
        let (id, secret) = (PercentEncoding.escape(credentials.appID), PercentEncoding.escape(credentials.secret))
        return UpstreamRequest(
            method: method,
            origin: credentials.origin,
            target: "\(path)?corpid=\(id)&corpsecret=\(secret)",
            replyLimit: 64 << 10
        )
    }

    /// By the same codes as a message's answer.
    package func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        with credentials: TokenCredentials
    ) -> Classification {
        Robot(RobotConfiguration(kind: .wecomApp, key: credentials.appID, secret: credentials.secret)).classify(result)
    }
}
