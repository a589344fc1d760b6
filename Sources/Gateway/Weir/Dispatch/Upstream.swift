import Timekeeping
import WeChat

/// Who answers an app's calls: how a message is addressed there, and what an answer means. WeChat is one, a group robot another.
protocol Upstream: Sendable {
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

/// WeChat's API.
struct WeChatUpstream: Upstream {
    func target(of api: APIDescriptor, body: [UInt8], token: AccessToken?, at now: Timestamp) -> String? {
        token.map { path(of: api, body: body) + "?access_token=" + $0.value }
    }

    /// Of a mass message the body decides between two paths.
    private func path(of api: APIDescriptor, body: [UInt8]) -> String {
        guard let type = MessageType(api: api.label), type == .mass else { return api.label }
        return type.api(for: body) ?? api.label
    }

    func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        api: APIDescriptor,
        method: String,
        isCallersShape: Bool
    ) -> Classification {
        ReplyClassifier().classify(result, api: api, method: method, isCallersShape: isCallersShape)
    }
}
