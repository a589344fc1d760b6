public import Queueing

/// One page of a listing, newest first; attempts and bodies are left out.
public struct MessagePage: Sendable {
    public var messages: [MessageRecord]
    /// Where the next page begins; `nil` on the last one.
    public var next: JobID?

    public init(messages: [MessageRecord], next: JobID?) {
        self.messages = messages
        self.next = next
    }
}
