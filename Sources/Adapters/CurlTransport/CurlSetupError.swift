/// Why a `CurlTransport` could not be set up.
public enum CurlSetupError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The libcurl that was found at run time is older than 7.88 or lacks an option that Weir relies on.
    case unsupportedLibrary(String)
    /// The proxy's address can't be read as one.
    case invalidProxy
    /// The file of authorities can't be read.
    case unreadableAuthorities(path: String)
    /// `maxConnections`, `maxOutstanding` or `replyBudget` is less than 1.
    case invalidLimit
    /// No memory, thread or socket was to be had.
    case noResources(String)

    public var description: String {
        switch self {
        case .unsupportedLibrary(let what): "libcurl is too old: \(what)"
        case .invalidProxy: "the proxy's address is not valid"
        case .unreadableAuthorities(let path): "the file of authorities can't be read: \(path)"
        case .invalidLimit: "a limit of the transport is less than 1"
        case .noResources(let what): "the transport could not be started: \(what)"
        }
    }
}
