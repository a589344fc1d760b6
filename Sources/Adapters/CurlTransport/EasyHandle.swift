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

    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        _ = unsafe ccurl_get_offset(pointer, info, &value)
        return Int(value)
    }
}
