import Foundation

/// A connected TCP socket whose calls block. It repeats nothing by itself, which is why no HTTP library is used here.
final class Socket {
    private let descriptor: Int32
    /// After this many seconds without a byte a read fails.
    static let patience = 60

    /// Connects to a port of this machine.
    init(port: Int) throws(SocketError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw .failed(errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: Socket.patience, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, length)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            // `deinit` closes it: every property has its value.
            let code = errno
            throw code == ECONNREFUSED ? .refused : .failed(code)
        }
    }

    /// Takes over a connection that was accepted. It waits for bytes as long as it takes.
    init(accepted descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) throws(SocketError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Foundation.send(
                    descriptor,
                    buffer.baseAddress?.advanced(by: sent),
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .closed }
            sent += count
        }
    }

    /// Says that nothing more will be sent; answers still come.
    func endSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends both directions: whoever waits in `receive` on another thread gets the end of the stream.
    func endBoth() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// How many bytes the system holds that nobody has read.
    func receiveBuffer(_ bytes: Int) {
        var size = Int32(bytes)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Makes the coming close a reset.
    func resetsAtClose() {
        var now = linger(l_onoff: 1, l_linger: 0)
        let length = socklen_t(MemoryLayout<linger>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, length)
    }

    /// Sends what the system takes without waiting.
    /// - Returns: how many bytes of `bytes` from `start` on it took; 0 when it takes none now.
    func sendWithoutWaiting(_ bytes: [UInt8], from start: Int) throws(SocketError) -> Int {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Foundation.send(
                descriptor,
                buffer.baseAddress?.advanced(by: start),
                buffer.count - start,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            )
        }
        if count >= 0 { return count }
        let code = errno
        guard code == EAGAIN || code == EINTR else { throw .closed }
        return 0
    }

    /// The next bytes; none at the end of the stream.
    func receive() throws(SocketError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
            }
            let code = errno
            if count >= 0 { return Array(buffer.prefix(count)) }
            guard code == EINTR else { throw code == EAGAIN ? .silent : .closed }
        }
    }
}
