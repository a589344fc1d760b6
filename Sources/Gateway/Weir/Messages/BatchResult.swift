/// What became of one item of a batch.
public struct BatchResult: Sendable {
    public var index: Int
    public var result: Result<AcceptReply, MessageRefusal>
}
