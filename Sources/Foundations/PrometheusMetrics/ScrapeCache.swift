internal import Synchronization

/// Lets scrapes that come at the same time share one rendering, and bounds how many wait.
///
/// The first of several equal requests renders; those that come before it is done get the same answer. Nothing is kept
/// afterwards, so an answer is never older than the scrape that began it.
public final class ScrapeCache<Body: Sendable>: Sendable {
    private struct State {
        var waiting: [ScrapeRequest: [CheckedContinuation<Body?, Never>]] = [:]
        var inFlight = 0
    }

    /// How many scrapes may be under way, those that wait included.
    public let maximumInFlight: Int

    private let state = Mutex(State())

    /// A cache without a scrape under way.
    public init(maximumInFlight: Int = 40) {
        self.maximumInFlight = maximumInFlight
    }

    /// How many scrapes are under way.
    public var inFlight: Int {
        state.withLock { $0.inFlight }
    }

    /// How many scrapes wait for another's answer to this request.
    public func waiting(for request: ScrapeRequest) -> Int {
        state.withLock { $0.waiting[request]?.count ?? 0 }
    }

    /// The answer to a request: another's that is being made, or else that of `render`.
    ///
    /// - Throws: ``ScrapeRefused`` if ``maximumInFlight`` scrapes are under way already.
    public func body(
        for request: ScrapeRequest,
        render: (ScrapeRequest) async -> Body
    ) async throws(ScrapeRefused) -> Body {
        guard enter() else { throw ScrapeRefused(maximum: maximumInFlight) }
        defer { state.withLock { $0.inFlight -= 1 } }
        while true {
            if lead(request) {
                let body = await render(request)
                for follower in finish(request) { follower.resume(returning: body) }
                return body
            }
            // The leader may have finished since; then nobody would resume this one, and it tries to lead.
            if let body = await follow(request) { return body }
        }
    }

    private func enter() -> Bool {
        state.withLock { state in
            guard state.inFlight < maximumInFlight else { return false }
            state.inFlight += 1
            return true
        }
    }

    private func lead(_ request: ScrapeRequest) -> Bool {
        state.withLock { state in
            guard state.waiting[request] == nil else { return false }
            state.waiting[request] = []
            return true
        }
    }

    private func follow(_ request: ScrapeRequest) async -> Body? {
        await withCheckedContinuation { continuation in
            let isKept = state.withLock { state in
                guard state.waiting[request] != nil else { return false }
                state.waiting[request]?.append(continuation)
                return true
            }
            if !isKept { continuation.resume(returning: nil) }
        }
    }

    private func finish(_ request: ScrapeRequest) -> [CheckedContinuation<Body?, Never>] {
        state.withLock { $0.waiting.removeValue(forKey: request) ?? [] }
    }
}

/// What one scrape asks for; equal requests at the same time share an answer.
public struct ScrapeRequest: Hashable, Sendable {
    /// The exposition format.
    public var format: ExpositionFormat

    /// The families to show; empty for all.
    public var names: Set<String>

    /// Whether the scraper keeps what it gets, as Prometheus does.
    public var isStored: Bool

    /// The content coding of the answer, such as `gzip`; this library only compares it.
    public var coding: String

    /// A request for these families, or for all, in this format and coding.
    public init(
        format: ExpositionFormat,
        names: Set<String> = [],
        isStored: Bool = false,
        coding: String = "identity"
    ) {
        self.format = format
        self.names = names
        self.isStored = isStored
        self.coding = coding
    }
}

/// Too many scrapes are under way; an HTTP server answers 503.
public struct ScrapeRefused: Error, Equatable, Sendable {
    /// How many may be under way at a time.
    public var maximum: Int

    /// The refusal at this maximum.
    public init(maximum: Int) {
        self.maximum = maximum
    }
}
