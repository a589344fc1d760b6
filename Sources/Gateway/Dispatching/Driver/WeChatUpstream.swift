package import Timekeeping
package import WeChat
package import WeirPorts

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
