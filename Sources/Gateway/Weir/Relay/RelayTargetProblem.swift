/// Why a request's target can't be one of WeChat's: found before anything of the call is queued or sent.
enum RelayTargetProblem: Error, Equatable {
    /// No slash in front, a dot segment, a broken or hidden escape.
    case noPath
    /// Longer than can be sent on.
    case tooLong
    /// A byte that stands in no URL.
    case byte(String)
    /// A token of Weir's in another place than access_token.
    case strayToken(String)

    var refusal: RelayRefusal {
        self == .tooLong ? .requestTooLarge : .notRelayed
    }

    /// In words that repeat nothing of the target.
    var why: String {
        switch self {
        case .noPath: "the path is not one of WeChat's API"
        case .tooLong: "path and query are over \(RelayTarget.limit) bytes"
        case .byte(let name): "path or query has \(name) in it, which must be percent-encoded"
        case .strayToken(let place): "a token of Weir's stands in \(place), and is read only as access_token"
        }
    }
}
