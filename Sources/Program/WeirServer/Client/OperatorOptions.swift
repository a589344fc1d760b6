import ArgumentParser

/// Whose messages a command is about: a client's own, or everybody's.
struct OperatorOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "As an operator, over the admin listener: the messages of all clients.",
            discussion: """
                It is at --url or WEIR_ADMIN_URL, by default http://127.0.0.1:8081, and takes server.admin_key by --key or \
                WEIR_ADMIN_KEY; where none is configured, it needs none on Weir's own machine.
                """
        )
    )
    var admin = false

    var door: GatewayDoor { admin ? .admin : .api }
}

/// The listener that a command asks.
enum GatewayDoor {
    /// For clients.
    case api
    /// For operators.
    case admin

    var urlVariable: String { self == .api ? "WEIR_URL" : "WEIR_ADMIN_URL" }
    var keyVariable: String { self == .api ? "WEIR_KEY" : "WEIR_ADMIN_KEY" }
    var usualURL: String { self == .api ? "http://127.0.0.1:8080" : "http://127.0.0.1:8081" }

    /// The way out for whoever is not let in.
    func hint(_ status: Int) -> String {
        switch (self, status) {
        case (.api, 401): " (--key or WEIR_KEY; operators see all clients' messages with --admin)"
        case (.admin, 401): " (--key or WEIR_ADMIN_KEY)"
        default: ""
        }
    }
}
