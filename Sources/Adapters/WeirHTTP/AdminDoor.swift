import HTTPServing
import Weir

/// An operator who was let in, or whoever was not.
struct AdminVisitor: Equatable, Sendable {
    /// The name of their key, `admin_key`, or `loopback` where no key is configured.
    var name: String
    /// What they may do.
    var role: OperatorRole

    /// For the log: nobody was let in.
    static let stranger = "stranger"
}

/// Who may come in at the admin listener: with keys whoever has one, without any whoever is on this machine.
struct AdminDoor: Sendable {
    /// May do everything, and has no name.
    var adminKey: String?
    /// By name.
    var keys: [String: OperatorKey]

    /// Why a request is not let in, or by whom it is.
    func visitor(_ request: IncomingRequest) -> Result<AdminVisitor, AdminRefusal> {
        guard adminKey != nil || !keys.isEmpty else {
            return request.isDirect ? .success(AdminVisitor(name: "loopback", role: .admin)) : .failure(.elsewhere)
        }
        let given = request.header("authorization").map { Array($0.utf8) } ?? []
        // All are looked at, whichever fits: how long that takes tells nobody anything.
        var found: AdminVisitor?
        for (name, known) in keys where !known.key.isEmpty && AdminDoor.isSame(given, known.key) {
            found = AdminVisitor(name: name, role: known.role)
        }
        if let adminKey, AdminDoor.isSame(given, adminKey) { found = AdminVisitor(name: "admin_key", role: .admin) }
        return found.map { .success($0) } ?? .failure(.wrongKey)
    }

    private static func isSame(_ given: [UInt8], _ key: String) -> Bool {
        let wanted = Array("Bearer \(key)".utf8)
        var difference = given.count ^ wanted.count
        for (left, right) in zip(given, wanted) { difference |= Int(left ^ right) }
        return difference == 0
    }
}

/// Why somebody may not do something at the admin listener.
enum AdminRefusal: Error, Equatable {
    /// No key is configured, and the request is not this machine's own.
    case elsewhere
    case wrongKey
    /// The key's role does not reach so far.
    case role(AdminVisitor, needs: OperatorRole)

    func reply(traceID: String) -> OutgoingReply {
        switch self {
        case .elsewhere:
            Envelope.failure(
                403,
                "forbidden",
                "set server.admin_key to use this from another machine, through a proxy, in a browser or by a name that is not localhost's",
                traceID: traceID
            )
        case .wrongKey:
            Envelope.failure(
                401,
                "unauthorized",
                "send server.admin_key, or a key of admin.keys, as `Authorization: Bearer KEY`",
                traceID: traceID,
                headers: [("WWW-Authenticate", "Bearer realm=\"weir-admin\"")]
            )
        case .role(let visitor, let needed):
            Envelope.failure(
                403,
                "forbidden",
                "admin.keys.\(visitor.name) has the role \(visitor.role.rawValue); this needs \(needed.rawValue)",
                traceID: traceID
            )
        }
    }
}

extension Route {
    /// What an operator's role must be for a request at this path on the admin listener.
    ///
    /// - Parameter arguments: what stands in the place of the path's `{names}`.
    func role(_ method: String, _ arguments: [String]) -> OperatorRole {
        guard method != "GET", method != "HEAD" else { return .see }
        return name == .app && arguments.last == "clear-quota" ? .admin : .act
    }
}
