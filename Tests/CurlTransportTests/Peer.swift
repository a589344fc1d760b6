import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The server's end of one connection.
final class Peer: Sendable {
    /// Connections count from 1.
    let number: Int
    private let socket: Mutex<Int32>
    private let unread = Mutex<[UInt8]>([])
    private let record: @Sendable (ReceivedRequest) -> Void

    init(socket: Int32, number: Int, record: @escaping @Sendable (ReceivedRequest) -> Void) {
        self.number = number
        self.socket = Mutex(socket)
        self.record = record
    }

    /// The next request, whole and recorded; `nil` when the other end is gone.
    @discardableResult
    func readRequest() -> ReceivedRequest? {
        while true {
            if let request = unread.withLock({ ReceivedRequest(takingFrom: &$0) }) {
                record(request)
                return request
            }
            guard readSome() else { return nil }
        }
    }

    /// Waits until a request's head is there.
    func readHead() {
        while !unread.withLock({ $0.contains([13, 10, 13, 10]) }), readSome() {}
    }

    /// Waits until the other end closes.
    func awaitEnd() {
        while readSome() {}
    }

    func write(_ text: String) {
        write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) {
        let descriptor = socket.withLock { $0 }
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe send(
                    descriptor,
                    buffer.baseAddress?.advanced(by: sent),
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func close() {
        socket.withLock { descriptor in
            guard descriptor >= 0 else { return }
            _ = Self.close(descriptor)
            descriptor = -1
        }
    }

    /// Closes with a RST.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        let descriptor = socket.withLock { $0 }
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    private static func close(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Musl.close(descriptor)
        #endif
    }

    private func readSome() -> Bool {
        let descriptor = socket.withLock { $0 }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return false }
        unread.withLock { $0.append(contentsOf: chunk[..<count]) }
        return true
    }
}
