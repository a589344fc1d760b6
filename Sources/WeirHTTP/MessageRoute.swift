/// The paths of the messages API.
enum MessageRoute: Equatable, Sendable {
    case messages
    case batch
    case message(String)
    case explain(String)
    case redrive(String)
    case redriveAll
    case alerts
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
        case 1 where parts[0] == "alerts": self = .alerts
        case 2 where parts[0] == "messages": self = .message(parts[1])
        case 3 where parts[0] == "messages" && parts[2] == "explain": self = .explain(parts[1])
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
        case .explain: "/v1/messages/{id}/explain"
        case .redrive: "/v1/messages/{id}/redrive"
        case .redriveAll: "/v1/redrive"
        case .alerts: "/v1/alerts"
        case .unknown: "other"
        }
    }

    /// What an `Allow` header says.
    var methods: String {
        switch self {
        case .messages: "GET, POST"
        case .batch, .redrive, .redriveAll, .alerts: "POST"
        case .message: "DELETE, GET"
        case .explain: "GET"
        case .unknown: ""
        }
    }

    /// The name of the span in which a request is handled.
    func spanName(_ method: String) -> String {
        let takesMessages = method == "POST" && (self == .messages || self == .batch || self == .alerts)
        return takesMessages ? "accept" : "\(KnownMethod.label(method)) \(label)"
    }
}
