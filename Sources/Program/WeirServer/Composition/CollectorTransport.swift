import OTLPTracing
import Weir

/// Spans leave by the transport that everything leaves by.
struct CollectorTransport: OTLPSender {
    let transport: any Transport

    /// Bytes of a collector's answer that are read.
    private static let replyLimit = 64 << 10

    func send(_ request: OTLPRequest, completion: @escaping @Sendable (OTLPReply) -> Void) {
        guard let (origin, target) = CollectorTransport.split(request.url) else { return completion(.failed) }
        let upstream = UpstreamRequest(
            method: "POST",
            origin: origin,
            target: target,
            headers: request.headers.map { HeaderField($0.name, $0.value) },
            body: request.body,
            timeout: request.timeout,
            connectTimeout: .seconds(1),
            replyLimit: CollectorTransport.replyLimit
        )
        transport.send(upstream) { result in
            guard case .success(let reply) = result else { return completion(.failed) }
            let seconds = reply.header("retry-after").flatMap { Int($0) }
            completion(.answered(status: reply.status, retryAfter: seconds.map { .seconds($0) }, body: reply.body))
        }
    }

    /// Scheme and authority, and what comes behind them.
    static func split(_ url: String) -> (origin: String, target: String)? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        let rest = url[scheme.upperBound...]
        guard let slash = rest.firstIndex(of: "/"), slash > rest.startIndex else { return nil }
        return (String(url[..<slash]), String(url[slash...]))
    }
}
