package import Timekeeping
package import WeChat

/// Who answers an app's calls: how a message is addressed there, and what an answer means. WeChat is one, a group robot another.
package protocol Upstream: Sendable {
    /// Path and query of a message's attempt that leaves now; `nil` where it takes a token and there is none. It holds secrets: never
    /// print it.
    func target(of api: APIDescriptor, body: [UInt8], token: AccessToken?, at now: Timestamp) -> String?

    /// What an attempt came to.
    /// - Parameter isCallersShape: whether the request's shape is its caller's, and not Weir's.
    func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        api: APIDescriptor,
        method: String,
        isCallersShape: Bool
    ) -> Classification
}
