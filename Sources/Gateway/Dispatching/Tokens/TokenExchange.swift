package import Timekeeping
package import WeChat
package import WeirPorts

/// A request for an access_token that has ended, without the token and the secret.
package struct TokenExchange: Sendable {
    /// Scheme and authority of where it went.
    package var origin: String
    package var method: String
    /// Without its query.
    package var path: String
    package var startedAt: Moment
    package var endedAt: Moment
    /// HTTP's; `nil` where there was no answer.
    package var status: Int?
    /// Why there was no answer.
    package var failure: TransportFailure.Kind?
    package var connection: UpstreamConnection?
    package var classification: Classification

    init(
        _ source: any TokenSource,
        _ credentials: TokenCredentials,
        from startedAt: Moment,
        to endedAt: Moment,
        _ result: Result<UpstreamReply, TransportFailure>,
        _ classification: Classification
    ) {
        origin = credentials.origin
        (method, path) = (source.method, source.path)
        self.startedAt = startedAt
        self.endedAt = endedAt
        status = result.status
        failure = result.failure?.kind
        connection = result.connection
        self.classification = classification
    }
}
