import CCurl

/// Owns libcurl's multi handle.
///
/// `@unchecked Sendable`: `wake` may be called on any thread until `close`, as libcurl documents for
/// curl_multi_wakeup, and `CurlInbox` orders the two by its lock; all else is called by the loop's thread only.
@safe
final class MultiHandle: @unchecked Sendable {
    private var pointer: UnsafeMutableRawPointer?

    init(maxConnections: Int) throws(CurlSetupError) {
        guard let multi = unsafe curl_multi_init() else { throw .noResources("curl_multi_init") }
        unsafe pointer = unsafe multi
        for option in [CURLMOPT_MAXCONNECTS, CURLMOPT_MAX_TOTAL_CONNECTIONS] {
            guard unsafe ccurl_multi_set_long(multi, option, maxConnections) == CURLM_OK else {
                throw .unsupportedLibrary("a limit of connections is refused")
            }
        }
    }

    deinit {
        close()
    }

    /// Closes all connections. No easy handle may be attached any more.
    func close() {
        unsafe curl_multi_cleanup(pointer)
        unsafe pointer = nil
    }

    func wake() {
        _ = unsafe curl_multi_wakeup(pointer)
    }

    func attach(_ easy: borrowing EasyHandle) -> CURLcode {
        switch unsafe curl_multi_add_handle(pointer, easy.pointer) {
        case CURLM_OK: CURLE_OK
        case CURLM_OUT_OF_MEMORY: CURLE_OUT_OF_MEMORY
        default: CURLE_FAILED_INIT
        }
    }

    func detach(_ easy: borrowing EasyHandle) {
        _ = unsafe curl_multi_remove_handle(pointer, easy.pointer)
    }

    /// Waits for a socket, a timer of libcurl's, `wake` or `milliseconds`.
    func poll(milliseconds: Int32) {
        _ = unsafe curl_multi_poll(pointer, nil, 0, milliseconds, nil)
    }

    /// Moves every exchange on as far as it goes without waiting.
    func perform() {
        var running: Int32 = 0
        _ = unsafe curl_multi_perform(pointer, &running)
    }

    /// The next exchange that came to an end, and how.
    func nextEnded() -> (exchange: Exchange, code: CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(pointer, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let code = unsafe message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            _ = unsafe ccurl_get_context(message.pointee.easy_handle, &context)
            guard let context = unsafe context else { continue }
            return (unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue(), code)
        }
        return nil
    }
}
