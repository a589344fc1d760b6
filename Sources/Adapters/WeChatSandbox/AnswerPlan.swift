/// What to do with a request: wait, answer, end the connection.
struct AnswerPlan: Equatable, Sendable {
    /// How the answer's sending ends.
    enum Ending: Equatable {
        /// All of it is sent.
        case whole
        /// `Content-Length` promises all of the body, so many bytes of it are sent, and the connection is closed.
        case cut(afterBytes: Int)
        /// Nothing is sent and the connection is closed in an orderly way (FIN).
        case close
        /// Nothing is sent and the connection is reset (RST).
        case reset
    }

    var reply: APIReply
    /// Before the answer.
    var delayMilliseconds = 0
    var ending = Ending.whole
}
