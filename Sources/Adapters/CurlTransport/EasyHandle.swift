import CCurl

/// Owns one of libcurl's easy handles.
@safe
struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    init() throws(CurlSetupError) {
        guard let easy = unsafe curl_easy_init() else { throw .noResources("curl_easy_init") }
        unsafe pointer = unsafe easy
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
    }

    @discardableResult
    func set(_ option: CURLoption, _ value: Int) -> CURLcode {
        unsafe ccurl_set_long(pointer, option, value)
    }

    /// libcurl keeps a copy of the string.
    @discardableResult
    func set(_ option: CURLoption, _ value: String?) -> CURLcode {
        guard let value else { return unsafe ccurl_set_string(pointer, option, nil) }
        return unsafe value.withCString { unsafe ccurl_set_string(pointer, option, $0) }
    }

    @discardableResult
    func setOffset(_ option: CURLoption, _ value: Int) -> CURLcode {
        unsafe ccurl_set_offset(pointer, option, curl_off_t(value))
    }

    /// The list must outlive the transfer.
    func set(headers: HeaderList) {
        _ = unsafe ccurl_set_list(pointer, headers.pointer)
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        _ = unsafe ccurl_get_long(pointer, info, &value)
        return value
    }

    /// A copy; empty where libcurl has none.
    func text(_ info: CURLINFO) -> String {
        var value: UnsafePointer<CChar>?
        guard unsafe ccurl_get_string(pointer, info, &value) == CURLE_OK, let value = unsafe value else { return "" }
        return unsafe String(cString: value)
    }

    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        _ = unsafe ccurl_get_offset(pointer, info, &value)
        return Int(value)
    }
}

extension EasyHandle {
    /// This machine, as libcurl's list of exceptions has it.
    private static let local = "localhost,127.0.0.0/8,::1"

    /// Sets what is the same for every request.
    ///
    /// - Throws: `unsupportedLibrary` if libcurl refuses an option that correctness hangs on.
    func prepare(_ configuration: CurlConfiguration) throws(CurlSetupError) {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            // Else the end of a transfer waits for a name that is still being resolved, and the whole loop with it.
            (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_NOPROGRESS, 1),
            (CURLOPT_PATH_AS_IS, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP09_ALLOWED, 0),
            (CURLOPT_NETRC, 0),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
            (CURLOPT_DNS_CACHE_TIMEOUT, 60),
            (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_TCP_KEEPIDLE, 30),
            (CURLOPT_TCP_KEEPINTVL, 10),
            (CURLOPT_MAXAGE_CONN, Self.seconds(configuration.idleConnectionAge)),
            (CURLOPT_MAXLIFETIME_CONN, Self.seconds(configuration.connectionLifetime)),
            (CURLOPT_HTTP_VERSION, configuration.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1),
        ]
        for (option, value) in numbers where set(option, value) != CURLE_OK {
            throw .unsupportedLibrary("option \(option.rawValue) is refused")
        }
        // An empty proxy and an explicit exception list keep libcurl from asking the environment.
        let texts: [(CURLoption, String)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"),
            (CURLOPT_PROXY, configuration.proxy ?? ""),
            (CURLOPT_NOPROXY, configuration.proxy == nil ? "*" : configuration.isLocalDirect ? Self.local : ""),
        ]
        for (option, value) in texts where set(option, value) != CURLE_OK {
            throw .unsupportedLibrary("option \(option.rawValue) is refused")
        }
        if let caFile = configuration.caFile {
            guard set(CURLOPT_CAINFO, caFile) == CURLE_OK else {
                throw .unreadableAuthorities(path: caFile)
            }
            set(CURLOPT_CAPATH, nil)
        }
    }

    private static func seconds(_ duration: Duration) -> Int {
        Int(clamping: max(1, duration.components.seconds))
    }
}
