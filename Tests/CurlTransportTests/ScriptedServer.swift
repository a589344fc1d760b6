import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An upstream that does to its connections what a script says: each runs on a thread of its own.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (Peer) -> Void

    let port: UInt16
    private let listener: Int32
    private let requests = Mutex<[ReceivedRequest]>([])
    private let connections = Mutex(0)

    var origin: String { "http://127.0.0.1:\(port)" }
    var received: [ReceivedRequest] { requests.withLock { $0 } }
    var connectionCount: Int { connections.withLock { $0 } }

    init(_ script: @escaping Script) throws {
        (listener, port) = try listen(backlog: 512)
        Thread.detachNewThread { [listener, weak self] in
            // The descriptor is this thread's to close: closed by another, its number could name the next server's socket while this
            // thread still accepts on it.
            defer { _ = close(listener) }
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { break }
                guard let self else {
                    _ = close(socket)
                    break
                }
                let number = connections.withLock { count in
                    count += 1
                    return count
                }
                Thread.detachNewThread { [weak self] in
                    let peer = Peer(socket: socket, number: number) { request in
                        self?.requests.withLock { $0.append(request) }
                    }
                    script(peer)
                    peer.close()
                }
            }
        }
    }

    deinit {
        _ = shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Answers every request alike, for as long as the connection lasts.
    static func answering(_ reply: String = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") throws -> ScriptedServer {
        try ScriptedServer { peer in
            while peer.readRequest() != nil { peer.write(reply) }
        }
    }
}

struct NoSocket: Error {}

/// A socket that listens on a free port of the loopback.
func listen(backlog: Int32) throws -> (socket: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw NoSocket() }
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            unsafe bind(descriptor, pointer, length) == 0 && listen(descriptor, backlog) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
    }
    guard isBound else { throw NoSocket() }
    return (descriptor, UInt16(bigEndian: address.sin_port))
}

func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
