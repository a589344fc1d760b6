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
