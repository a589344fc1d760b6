import CCurl

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
