/// The ways in which the sandbox misbehaves on demand.
enum FaultKind: String, CaseIterable, Equatable, Sendable {
    /// Takes the call at once and answers `ms` later.
    case latency
    /// Doesn't take the call, says nothing for `ms` (default 60 s), then closes.
    case hang
    /// Takes the call, says nothing for `ms` (default 60 s), then closes.
    case hangAfterAccept = "hang_after_accept"
    /// Resets the connection; the call isn't taken.
    case reset
    /// Takes the call, then resets the connection.
    case resetAfterAccept = "reset_after_accept"
    /// Takes the call, then closes the connection without a word.
    case closeAfterAccept = "close_after_accept"
    /// HTTP status `status` (default 502) with an empty body; the call isn't taken.
    case status
    /// An HTML page with status `status` (default 200); the call isn't taken.
    case html
    /// Takes the call; half of the JSON arrives as a complete HTTP answer.
    case truncated
    /// Takes the call; half of what Content-Length promises arrives, then the connection closes.
    case cut
    /// Takes the call; the answer's body is empty.
    case empty
    /// `errcode` (default -1); the call isn't taken.
    case errcode

    /// Whether the call is taken (its message shows on the phone) before the misbehaviour, unless `accept` says otherwise.
    var accepts: Bool {
        switch self {
        case .latency, .hangAfterAccept, .resetAfterAccept, .closeAfterAccept, .truncated, .cut, .empty: true
        case .hang, .reset, .status, .html, .errcode: false
        }
    }
}
