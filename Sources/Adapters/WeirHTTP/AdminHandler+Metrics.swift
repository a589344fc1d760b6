import Gzip
import HTTPServing
import PrometheusMetrics
import Weir

extension AdminHandler {
    /// `GET /metrics`: equal scrapes at the same time share one rendering, on a thread that answers no requests.
    func metrics(_ request: IncomingRequest) async -> OutgoingReply {
        let scrape = ScrapeRequest(
            format: ExpositionFormat.negotiate(accept: request.joinedHeader("accept")),
            names: Set(QueryItems(request.query).all("name[]")),
            coding: ContentCoding.negotiate(acceptEncoding: request.joinedHeader("accept-encoding")).rawValue
        )
        do {
            let (thread, registry) = (scrapeThread, gateway.registry)
            return try await scrapes.body(for: scrape) { scrape in
                await thread.run { AdminHandler.render(scrape, registry) }
            }
        } catch {
            return .plain(503, "\(error.maximum) scrapes are under way already\n")
        }
    }

    private static func render(_ scrape: ScrapeRequest, _ registry: MetricRegistry) -> OutgoingReply {
        var body = registry.render(scrape.format, names: scrape.names)
        var headers: [(name: String, value: String)] = [
            ("Content-Type", scrape.format.contentType), ("Vary", "Accept, Accept-Encoding"),
        ]
        if scrape.coding == ContentCoding.gzip.rawValue, let packed = try? Gzip.compress(body, level: 1) {
            body = packed
            headers.append(("Content-Encoding", "gzip"))
        }
        return OutgoingReply(status: 200, headers: headers, body: body)
    }
}
