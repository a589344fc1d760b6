public import Queueing

/// One page of a listing, newest first; attempts and bodies are left out.
public struct MessagePage: Sendable {
    /// At most `limit`; fewer, or none, where the search for more goes on at `next`.
    public var messages: [MessageRecord]
    /// Where the next page begins; `nil` on the last one. It need not be the id of a message of this page.
    public var next: JobID?

    public init(messages: [MessageRecord], next: JobID?) {
        self.messages = messages
        self.next = next
    }
}
