import HTTPServing

extension OutgoingReply {
    /// A text for people and balancers.
    static func plain(_ status: Int, _ text: String) -> OutgoingReply {
        OutgoingReply(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
}
