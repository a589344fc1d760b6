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
        guard keep(maxConnections),
            unsafe ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, maxConnections) == CURLM_OK
        else { throw .unsupportedLibrary("a limit of connections is refused") }
    }

    deinit {
        close()
    }

    /// Closes all connections. No easy handle may be attached any more.
    func close() {
        unsafe curl_multi_cleanup(pointer)
        unsafe pointer = nil
    }

    /// Sets how many connections may be open, idle ones included; whatever is over it is closed as requests end.
    @discardableResult
    func keep(_ connections: Int) -> Bool {
        unsafe ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, connections) == CURLM_OK
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

/// Tells a dead HTTP/2 connection from a slow request on a live one. libcurl keeps the connection of a request whose
/// time ran out, as other requests may share it; if it is dead, they would all end the same way until the process does.
struct MultiplexWatch {
    /// The most connections remembered.
    static let capacity = 1024

    private var lastReply: [Int: ContinuousClock.Instant] = [:]

    var count: Int { lastReply.count }

    /// A reply came on the connection from `localPort`.
    mutating func replied(on localPort: Int, at now: ContinuousClock.Instant) {
        if lastReply.count >= Self.capacity { lastReply.removeAll(keepingCapacity: true) }
        lastReply[localPort] = now
    }

    /// The time of a request that was sent at `start` ran out: whether nothing has come back since.
    func isDead(_ localPort: Int, since start: ContinuousClock.Instant) -> Bool {
        guard let last = lastReply[localPort] else { return true }
        return last <= start
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The sockets that libcurl holds. It tells an exchange's socket only while no other exchange shares the connection.
final class SocketRegistry {
    private(set) var open: Set<Int32> = []

    /// A new socket, or -1 and why there is none.
    func make(family: Int32, type: Int32, protocol number: Int32) -> (socket: Int32, error: Int32) {
        let made = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        guard made >= 0 else { return (made, errno) }
        open.insert(made)
        return (made, 0)
    }

    func close(_ socket: Int32) -> Int32 {
        open.remove(socket)
        #if canImport(Glibc)
            return Glibc.close(socket)
        #else
            return Musl.close(socket)
        #endif
    }

    /// Ends both directions of the connection from that port of ours: libcurl then sees its end and closes it.
    func shutDown(localPort: Int) {
        for socket in open where Self.localPort(of: socket) == localPort {
            _ = shutdown(socket, Int32(SHUT_RDWR))
        }
    }

    private static func localPort(of socket: Int32) -> Int? {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &length)
            }
        }
        guard status == 0 else { return nil }
        // The port stands at the same place in an IPv4 and an IPv6 address.
        return unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe Int(bytes[2]) << 8 | Int(bytes[3])
        }
    }
}
