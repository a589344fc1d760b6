internal import HTTPServing

/// What to do with a request: wait, answer, end the connection.
struct AnswerPlan: Equatable, Sendable {
    var reply: APIReply
    /// Before the answer.
    var delayMilliseconds = 0
    var ending = OutgoingReply.Ending.whole
}
