package import WeChat

/// Who hands out an app's access_token: what is asked for it, and what the answer means. WeChat's `stable_token` is one, WeCom's
/// `gettoken` another.
package protocol TokenSource: Sendable {
    /// The path by which metrics, logs and spans know it: never with its query, in which a secret may stand.
    var path: String { get }

    /// The HTTP method in capitals.
    var method: String { get }

    /// By which times its tokens are kept fresh.
    var policy: AccessTokenPolicy { get }

    /// The request for a token. It holds the secret: never print it.
    func request(with credentials: TokenCredentials) -> UpstreamRequest

    /// What a request came to, without any secret that the answer repeats.
    func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        with credentials: TokenCredentials
    ) -> Classification
}

/// What a token request needs. Never printed.
package struct TokenCredentials: Equatable, Sendable {
    /// Whose token it is: WeChat's AppID, WeCom's corpid.
    package var appID: String
    package var secret: String
    /// Scheme and authority of the host that is asked, without a trailing slash.
    package var origin: String { hosts.isEmpty ? "" : hosts[failures % hosts.count] }
    /// Asked in turn while one can't be reached or fails.
    private var hosts: [String]
    private var failures = 0

    package init(appID: String, secret: String, hosts: [String]) {
        self.appID = appID
        self.secret = secret
        self.hosts = hosts
    }

    /// The same, for a request after so many that failed at their hosts.
    package func after(failures: Int) -> TokenCredentials {
        var changed = self
        changed.failures = failures
        return changed
    }
}
