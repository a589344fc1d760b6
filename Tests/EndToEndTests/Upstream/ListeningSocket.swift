import Foundation

/// A TCP socket of this machine that takes connections. Blocking.
final class ListeningSocket: Sendable {
    private let descriptor: Int32
    let port: Int

    /// - Parameters:
    ///   - port: one that was free a moment ago; 0 for any.
    ///   - backlog: connections that the system takes before anybody asks for them; with 0 it takes one.
    init(port wanted: Int = 0, backlog: Int32 = 1024) throws(SocketError) {
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard opened >= 0 else { throw .failed(errno) }
        descriptor = opened
        var isReused: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &isReused, size) == 0 else { throw .failed(errno) }
        var address = sockaddr_in()
        address.sin_port = UInt16(wanted).bigEndian
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(opened, pointer, length) == 0 && listen(opened, backlog) == 0
                    && getsockname(opened, pointer, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw .failed(errno) }
    }

    deinit {
        close(descriptor)
    }

    /// The next connection; nil once `stop` was called.
    func next() -> Socket? {
        while true {
            let accepted = accept(descriptor, nil, nil)
            if accepted >= 0 { return Socket(accepted: accepted) }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }

    func stop() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
