public import Queueing
public import Timekeeping
public import WeChat
import WeirPorts

/// Which messages an operation is about.
public struct OperationFilter: Equatable, Sendable {
    /// Only this app's, by its name in the configuration.
    public var app: String?
    /// Only this client's.
    public var client: String?
    /// Only of this type, which is the same as of one api.
    public var type: MessageType?
    /// Only in one of these states; empty for what the kind of operation takes by itself.
    public var states: [JobState] = []
    /// Only those whose last attempt ended with this errcode.
    public var errcode: Int?
    /// Only those with this template, and with this text in their body or reason.
    public var search = MessageSearch()
    /// Only those that were accepted at or after this time.
    public var since: Timestamp?
    /// Only those that were accepted before this time.
    public var until: Timestamp?

    /// All messages.
    public init() {}

    /// The most bytes of a name or template.
    public static let longestName = 128

    /// Whether it leaves nothing out but by the state.
    public var isEmpty: Bool {
        var bare = self
        bare.states = []
        return bare == OperationFilter() && states.isEmpty
    }

    /// The states that it means.
    func states(for kind: BulkOperation.Kind) -> [JobState] {
        guard states.isEmpty else { return states }
        switch kind {
        case .redrive: return [.dead]
        case .cancel: return [.pending]
        }
    }

    /// States that can be changed at all.
    static func possible(_ kind: BulkOperation.Kind) -> [JobState] {
        switch kind {
        case .redrive: [.dead, .failed]
        case .cancel: [.pending]
        }
    }

    /// What to ask a journal.
    ///
    /// - Parameters:
    ///   - id: only messages with a smaller one.
    ///   - time: when the operation was begun: what has ended later does not match.
    func messages(for kind: BulkOperation.Kind, below id: JobID, endedBy time: Timestamp, limit: Int) -> MessageFilter {
        var asked = MessageFilter(
            client: client,
            app: app,
            states: states(for: kind),
            since: since,
            before: id,
            limit: limit
        )
        asked.isOperators = true
        asked.types = type.map { [$0] } ?? []
        asked.errcode = errcode
        asked.search = search
        asked.until = until
        if kind == .redrive { asked.endedBy = time }
        return asked
    }
}
