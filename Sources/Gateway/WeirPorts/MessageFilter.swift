public import Queueing
public import Timekeeping

/// Which messages to list.
public struct MessageFilter: Equatable, Sendable {
    /// Only this client's; `nil` for all.
    public var client: String?
    /// Whether an operator asks: their listings have a turn of their own, whichever client they look for.
    public var isOperators = false
    /// Only this app's, by its name in the configuration; `nil` for all.
    public var app: String?
    /// Only messages in one of these states; empty for all.
    public var states: [JobState]
    /// Only messages to this openid; `nil` for all.
    public var recipient: String?
    /// Created at or after this time.
    public var since: Timestamp?
    /// Only messages older than this id: the cursor of the page before.
    public var before: JobID?
    /// 1–1,000.
    public var limit: Int

    /// By default the newest 50 messages of all clients.
    public init(
        client: String? = nil,
        app: String? = nil,
        states: [JobState] = [],
        recipient: String? = nil,
        since: Timestamp? = nil,
        before: JobID? = nil,
        limit: Int = 50
    ) {
        self.client = client
        self.app = app
        self.states = states
        self.recipient = recipient
        self.since = since
        self.before = before
        self.limit = limit
    }
}

/// One page of a listing, newest first; attempts and bodies are left out.
public struct MessagePage: Sendable {
    /// At most `limit`; fewer, or none, where the search for more goes on at `next`.
    public var messages: [MessageRecord]
    /// Where the next page begins; `nil` on the last one. It need not be the id of a message of this page.
    public var next: JobID?

    /// Pass `nil` for `next` when the search has come to its end.
    public init(messages: [MessageRecord], next: JobID?) {
        self.messages = messages
        self.next = next
    }
}
