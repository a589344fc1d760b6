extension Answer {
    /// `error` of the envelope of `/v1`.
    var error: String? { json?["error"]?.string }
    /// `field` of the envelope.
    var field: String? { json?["field"]?.string }
    /// `message` of the envelope.
    var message: String { json?["message"]?.string ?? "" }
    /// `data` of the envelope.
    var data: JSONAny? { json?["data"] }
    /// WeChat's errcode, or Weir's own on the relay.
    var errcode: Int? { json?["errcode"]?.int }
    /// `Retry-After`, in seconds.
    var retryAfter: Int? { header("retry-after").flatMap { Int($0) } }
}
