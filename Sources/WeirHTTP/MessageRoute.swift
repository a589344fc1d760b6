/// The paths of the messages API.
enum MessageRoute: Equatable, Sendable {
    case messages
    case batch
    case message(String)
    case redrive(String)
    case redriveAll
    case unknown

    /// - Parameter path: begins with `/v1/`.
    init(_ path: Substring) {
        let parts = path.dropFirst("/v1/".count).split(separator: "/", omittingEmptySubsequences: false).map(
            String.init
        )
        switch parts.count {
        case 1 where parts[0] == "messages": self = .messages
        case 1 where parts[0] == "messages:batch": self = .batch
        case 1 where parts[0] == "redrive": self = .redriveAll
        case 2 where parts[0] == "messages": self = .message(parts[1])
        case 3 where parts[0] == "messages" && parts[2] == "redrive": self = .redrive(parts[1])
        default: self = .unknown
        }
    }

    /// The metric label.
    var label: String {
        switch self {
        case .messages: "/v1/messages"
        case .batch: "/v1/messages:batch"
        case .message: "/v1/messages/{id}"
        case .redrive: "/v1/messages/{id}/redrive"
        case .redriveAll: "/v1/redrive"
        case .unknown: "other"
        }
    }

    /// What an `Allow` header says.
    var methods: String {
        switch self {
        case .messages: "GET, POST"
        case .batch, .redrive, .redriveAll: "POST"
        case .message: "DELETE, GET"
        case .unknown: ""
        }
    }
}
