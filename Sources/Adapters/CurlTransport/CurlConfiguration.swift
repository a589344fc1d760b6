import CCurl

/// How a `CurlTransport` reaches its upstreams. The environment (`http_proxy`, `.netrc` …) plays no part.
public struct CurlConfiguration: Equatable, Sendable {
    /// A proxy's address such as `http://proxy.internal:3128`; `nil` goes straight to the upstream.
    public var proxy: String?
    /// A PEM file of the authorities to trust in place of the system's.
    public var caFile: String?
    /// The most exchanges, and so connections, under way at once; 1 or more. Further requests wait in order.
    public var maxConnections: Int
    /// The most requests handed over and not yet answered, waiting ones included; further ones are refused.
    public var maxOutstanding: Int
    /// The most bytes of reply bodies in memory at once, those that nobody has let go of included; 1 or more. Bodies up to
    /// 64 KiB don't count. A reply that finds no room is not read on until there is some, or its time is over.
    public var replyBudget: Int
    /// A connection unused for longer is closed, not used again. Whole seconds, at least 1.
    public var idleConnectionAge: Duration
    /// A connection older than this is not used again, so that a change of the host's address is followed. Whole
    /// seconds, at least 1.
    public var connectionLifetime: Duration
    /// Whether HTTP/2 is offered to upstreams that are reached by TLS.
    public var http2: Bool
    /// Whether this machine's own addresses (`localhost`, 127.0.0.0/8, `[::1]`) are reached without the proxy.
    public var isLocalDirect = false
    /// Whether replies tell by which connection they came.
    public var tellsConnection = false

    /// Checks nothing. `CurlTransport.init` throws where a limit, the proxy or the file can't be used.
    public init(
        proxy: String? = nil,
        caFile: String? = nil,
        maxConnections: Int = 256,
        maxOutstanding: Int = 20_000,
        replyBudget: Int = 128 << 20,
        idleConnectionAge: Duration = .seconds(30),
        connectionLifetime: Duration = .seconds(300),
        http2: Bool = true
    ) {
        self.proxy = proxy
        self.caFile = caFile
        self.maxConnections = maxConnections
        self.maxOutstanding = maxOutstanding
        self.replyBudget = replyBudget
        self.idleConnectionAge = idleConnectionAge
        self.connectionLifetime = connectionLifetime
        self.http2 = http2
    }
}

/// The address of a proxy, by libcurl's own reading.
enum ProxyAddress {
    /// Whether `text` names a host, with or without a scheme that libcurl knows for proxies.
    static func isValid(_ text: String) -> Bool {
        guard !text.isEmpty, let url = unsafe curl_url() else { return false }
        defer { unsafe curl_url_cleanup(url) }
        let flags = UInt32(CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME)
        guard unsafe curl_url_set(url, CURLUPART_URL, text, flags) == CURLUE_OK else { return false }
        var scheme: UnsafeMutablePointer<CChar>?
        defer { unsafe curl_free(scheme) }
        guard unsafe curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK, let name = unsafe scheme else {
            return false
        }
        let known = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]
        return unsafe known.contains(String(cString: name))
    }
}

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
