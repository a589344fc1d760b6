package import WeChat
package import WeirPorts
import WireJSON

/// WeChat's `stable_token` without `force_refresh`: it is idempotent, so that a stray caller of the other endpoint can't hurt Weir's
/// token (WeChat's documentation of getStableAccessToken).
package struct StableToken: TokenSource {
    package init() {}

    package let path = "/cgi-bin/stable_token"
    package let method = "POST"
    package let policy = AccessTokenPolicy()

    package func request(with credentials: TokenCredentials) -> UpstreamRequest {
        var json = JSONWriter()
        json.object {
            $0.member("grant_type", "client_credential")
            $0.member("appid", credentials.appID)
            $0.member("secret", credentials.secret)
        }
        return UpstreamRequest(
            method: method,
            origin: credentials.origin,
            target: path,
            headers: [HeaderField("Content-Type", "application/json")],
            body: json.bytes,
            replyLimit: 64 << 10
        )
    }

    package func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        with credentials: TokenCredentials
    ) -> Classification {
        ReplyClassifier()
            .classify(
                result,
                api: APICatalog.descriptor(method: method, path: path),
                method: method,
                isCallersShape: false
            )
    }
}
