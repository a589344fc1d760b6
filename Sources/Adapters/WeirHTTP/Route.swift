/// One path that Weir answers by itself: the one table of them for both listeners, which the OpenAPI document repeats.
struct Route: Equatable, Sendable {
    /// What is answered there.
    enum Name: Sendable {
        case health, ready, readyForMessages, description
        case messages, batch, message, explain, redrive, redriveAll, events, alerts, errcode, page, quota
        case suppressions, suppression
        case index, metrics, state, breaker, app, raise, reload
        case cancelAll, operations, operation, order, audit, forget
    }

    /// Who is listening.
    enum Listener: CaseIterable, Sendable {
        /// For clients; what is no path of Weir's own is WeChat's.
        case api
        /// For operators.
        case admin
    }

    /// Where a request goes.
    enum Destination: Equatable, Sendable {
        /// The path and what stands in the place of its `{names}`.
        case own(Route, [String])
        /// A path of Weir's own that isn't there.
        case unknown
        /// WeChat.
        case relay
    }

    let name: Name
    /// As OpenAPI writes it: `{name}` stands for one segment.
    let pattern: String
    /// HEAD comes with GET and is not listed.
    let methods: [String]
    let listeners: [Listener]
    /// The metric label.
    let label: String
    /// The pattern cut at its slashes.
    private let segments: [String]

    private init(
        _ name: Name,
        _ pattern: String,
        _ methods: [String],
        _ listeners: [Listener],
        label: String? = nil
    ) {
        (self.name, self.pattern, self.methods, self.listeners) = (name, pattern, methods, listeners)
        self.label = label ?? pattern
        segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    static let all: [Route] = [
        // A balancer asks the listener that it balances.
        Route(.health, "/healthz", ["GET"], [.api, .admin]),
        Route(.ready, "/readyz", ["GET"], [.api, .admin]),
        Route(.readyForMessages, "/readyz/messages", ["GET"], [.api, .admin]),
        Route(.description, "/openapi.yaml", ["GET"], [.api, .admin]),
        Route(.messages, "/v1/messages", ["GET", "POST"], [.api]),
        // An operator sees and changes all clients' messages, and hands none over.
        Route(.messages, "/v1/messages", ["GET"], [.admin]),
        Route(.batch, "/v1/messages:batch", ["POST"], [.api]),
        Route(.message, "/v1/messages/{id}", ["DELETE", "GET"], [.api, .admin]),
        Route(.explain, "/v1/messages/{id}/explain", ["GET"], [.api, .admin]),
        Route(.redrive, "/v1/messages/{id}/redrive", ["POST"], [.api, .admin]),
        Route(.redriveAll, "/v1/redrive", ["POST"], [.api, .admin]),
        Route(.events, "/v1/events", ["POST"], [.api]),
        Route(.alerts, "/v1/alerts", ["POST"], [.api]),
        Route(.errcode, "/v1/errcodes/{errcode}", ["GET"], [.api, .admin], label: "/v1/errcodes"),
        Route(.page, "/v1/apps/{app}/jssdk-signature", ["GET"], [.api], label: "/v1/jssdk"),
        Route(.suppressions, "/v1/suppressions", ["GET"], [.api, .admin]),
        Route(.suppression, "/v1/suppressions/{app}/{openid}", ["DELETE"], [.api, .admin], label: "/v1/suppressions"),
        Route(.quota, "/v1/quota", ["GET"], [.api, .admin]),
        Route(.index, "/", ["GET"], [.admin]),
        Route(.metrics, "/metrics", ["GET"], [.admin]),
        Route(.state, "/v1/state", ["GET"], [.admin]),
        Route(.breaker, "/v1/breakers/{name}/{mode}", ["POST"], [.admin], label: "/v1/breakers"),
        Route(.app, "/v1/apps/{app}/{action}", ["POST"], [.admin], label: "/v1/apps"),
        Route(.raise, "/v1/clients/{name}/raise", ["POST"], [.admin], label: "/v1/clients"),
        Route(.reload, "/v1/reload", ["POST"], [.admin]),
        Route(.cancelAll, "/v1/cancel", ["POST"], [.admin]),
        Route(.operations, "/v1/operations", ["GET"], [.admin]),
        Route(.operation, "/v1/operations/{id}", ["GET"], [.admin], label: "/v1/operations"),
        Route(.order, "/v1/operations/{id}/{order}", ["POST"], [.admin], label: "/v1/operations"),
        Route(.forget, "/v1/forget", ["POST"], [.admin]),
        Route(.audit, "/v1/audit", ["GET"], [.admin]),
    ]

    /// The metric label of paths that aren't there, of which there are any number.
    static let unknownLabel = "other"

    /// The routes of a listener by their first segments: a relayed call, of which there are most, is told from them by one look.
    private static let tables: [Listener: [String: [Route]]] = {
        var tables: [Listener: [String: [Route]]] = [:]
        for route in all {
            for listener in route.listeners {
                tables[listener, default: [:]][route.segments[0], default: []].append(route)
            }
        }
        return tables
    }()

    /// - Parameter path: without the query.
    static func destination(of path: Substring, on listener: Listener) -> Destination {
        let first = path.dropFirst().prefix { $0 != "/" }
        if path.first == "/", let routes = tables[listener]?[String(first)] {
            let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            for route in routes {
                if let arguments = route.arguments(parts) { return .own(route, arguments) }
            }
        }
        return listener == .admin || first == "v1" ? .unknown : .relay
    }

    private func arguments(_ parts: [Substring]) -> [String]? {
        guard segments.count == parts.count else { return nil }
        var arguments: [String] = []
        for (wanted, part) in zip(segments, parts) {
            if wanted.hasPrefix("{") {
                arguments.append(String(part))
            } else if wanted != part {
                return nil
            }
        }
        return arguments
    }

    /// Whether everybody may ask, on either listener: scrapers, balancers, readers.
    var isOpen: Bool {
        switch name {
        case .health, .ready, .readyForMessages, .description, .metrics: true
        default: false
        }
    }

    /// Whether it asks about messages that Weir has, or who gets none, or changes that: a client's on the api listener, all on the other.
    var isAboutMessages: Bool {
        switch name {
        case .messages, .message, .explain, .redrive, .redriveAll, .suppressions, .suppression: true
        default: false
        }
    }

    /// The method by which a request is answered: a HEAD as the GET whose body the listener leaves out. `nil`: none.
    func method(_ asked: String) -> String? {
        let method = asked == "HEAD" ? "GET" : asked
        return methods.contains(method) ? method : nil
    }

    /// What an `Allow` header says.
    var allowed: String {
        (methods + (methods.contains("GET") ? ["HEAD"] : [])).sorted().joined(separator: ", ")
    }
}

extension Route.Destination {
    /// Whether requests there have a span; health and scrapes have none.
    var isWorthASpan: Bool {
        if case .own(let route, _) = self { !route.isOpen } else { true }
    }
}
