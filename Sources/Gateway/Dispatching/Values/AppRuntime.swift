package import Resilience
package import Timekeeping
package import WeChat
package import WeirPorts

/// What the dispatcher must know of an app to send for it; replaced as a whole by a reload, and handed on by reference.
package final class AppRuntime: Sendable {
    package let name: String
    let route: AppRoute
    /// The AppID: with another one it is another account, of which nothing is known. Empty where none is needed.
    let account: String
    /// `nil` for calls that bring their own token, and where none is needed.
    package let keeper: TokenKeeper?
    let upstream: any Upstream
    /// Whether WeChat says what became of its messages.
    let followsReceipts: Bool
    /// When its messages are not sent.
    let quiet: QuietHours?

    /// - Parameter hosts: scheme and authority of each, the preferred one first.
    package init(
        name: String,
        hosts: [String],
        account: String = "",
        limits: AppLimits,
        quotas: [String: DailyQuota] = [:],
        keeper: TokenKeeper?,
        upstream: any Upstream = WeChatUpstream(),
        followsReceipts: Bool = false,
        quiet: QuietHours? = nil
    ) {
        self.name = name
        route = AppRoute(hosts: hosts, limits: limits, quotas: quotas)
        self.account = account
        self.keeper = keeper
        self.upstream = upstream
        self.followsReceipts = followsReceipts
        self.quiet = quiet
    }

    /// One that is not configured: nothing can be sent for it.
    convenience init(absent name: String, account: String = "") {
        let limits = AppLimits(others: AppLimits.usual)
        self.init(name: name, hosts: [AppRuntime.officialHost], account: account, limits: limits, keeper: nil)
    }

    /// Whether WeChat says what became of messages that are sent by this path.
    func followsReceipts(of api: String) -> Bool {
        followsReceipts && MessageType(api: api)?.hasReceipt == true
    }

    /// WeChat's own host.
    package static let officialHost = "https://api.weixin.qq.com"
}

/// WeChat's API.
package struct WeChatUpstream: Upstream {
    package init() {}

    package func target(of api: APIDescriptor, body: [UInt8], token: AccessToken?, at now: Timestamp) -> String? {
        token.map { path(of: api, body: body) + "?access_token=" + $0.value }
    }

    /// Of a mass message the body decides between two paths.
    private func path(of api: APIDescriptor, body: [UInt8]) -> String {
        guard let type = MessageType(api: api.label), type == .mass else { return api.label }
        return type.api(for: body) ?? api.label
    }

    package func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        api: APIDescriptor,
        method: String,
        isCallersShape: Bool
    ) -> Classification {
        ReplyClassifier().classify(result, api: api, method: method, isCallersShape: isCallersShape)
    }
}
