public import Queueing
public import Timekeeping
public import WeChat

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
    /// Only messages of one of these types; empty for all.
    public var types: [MessageType] = []
    /// Only messages whose last attempt ended with this errcode; `nil` for all.
    public var errcode: Int?
    /// Only messages in whose body or reason this is found.
    public var search = MessageSearch()
    /// Created at or after this time.
    public var since: Timestamp?
    /// Created before this time.
    public var until: Timestamp?
    /// Ended at or before this time.
    public var endedBy: Timestamp?
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

/// How many messages match, by what they are: what one call has counted.
public struct MessageTally: Equatable, Sendable {
    /// What messages that are counted together have in common.
    public struct Group: Hashable, Sendable {
        /// The app's name in the configuration.
        public var app: String
        /// The client's name, empty where none are configured.
        public var client: String
        /// What kind of message they are.
        public var type: MessageType

        /// Checks nothing.
        public init(app: String, client: String, type: MessageType) {
            self.app = app
            self.client = client
            self.type = type
        }
    }

    /// Only groups of which there is a message.
    public var counts: [Group: Int]
    /// Where the count goes on; `nil` when all have been counted.
    public var next: JobID?

    /// By default nothing, and nothing left to count.
    public init(counts: [Group: Int] = [:], next: JobID? = nil) {
        self.counts = counts
        self.next = next
    }
}
