import CurlTransport
import Weir

/// A small HTTP client over the gateway's own transport, for the commands that talk to a gateway.
struct HTTPClient: Sendable {
    let transport: CurlTransport
    /// Scheme and authority.
    let origin: String

    func send(
        _ method: String,
        _ target: String,
        headers: [HeaderField] = [],
        body: [UInt8]? = nil,
        timeout: Duration = .seconds(70)
    ) async throws(TransportFailure) -> UpstreamReply {
        let request = UpstreamRequest(
            method: method,
            origin: origin,
            target: target,
            headers: headers,
            body: body,
            timeout: timeout
        )
        let result = await withCheckedContinuation { continuation in
            transport.send(request) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}
