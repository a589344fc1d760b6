import Foundation
import Synchronization

/// Many connections that do half of what they should: each has sent a head and a part of what it has promised, and reads nothing.
final class RawPeers: Sendable {
    private struct Peer {
        var socket: Socket
        var head: [UInt8]
        var sent = 0
    }

    private let peers = Mutex<[Peer]>([])
    private let part: [UInt8]

    /// - Parameter part: what each sends behind its head.
    init(part: [UInt8] = []) {
        self.part = part
    }

    /// Connects, and sends the head.
    /// - Parameter receiveBuffer: bytes that the system holds for a peer that doesn't read.
    func open(_ count: Int, to port: Int, receiveBuffer: Int? = nil, head: (Int) -> String) throws {
        for number in 0..<count {
            let bytes = Array(head(number).utf8)
            try peers.withLock { peers in
                let socket = try Socket(port: port)
                if let receiveBuffer { socket.receiveBuffer(receiveBuffer) }
                peers.append(Peer(socket: socket, head: bytes))
            }
        }
    }

    /// Sends on, as far as the other side takes it. Peers that were closed are left alone.
    /// - Returns: how many bytes were taken in this round.
    @discardableResult
    func push() -> Int {
        peers.withLock { peers in
            var taken = 0
            for index in peers.indices {
                let peer = peers[index]
                do throws(SocketError) {
                    let isHead = peer.sent < peer.head.count
                    let (bytes, start) = isHead ? (peer.head, peer.sent) : (part, peer.sent - peer.head.count)
                    guard start < bytes.count else { continue }
                    let count = try peer.socket.sendWithoutWaiting(bytes, from: start)
                    peers[index].sent += count
                    taken += count
                } catch {
                    peers[index].sent = peer.head.count + part.count
                }
            }
            return taken
        }
    }

    /// Sends until nothing more is taken for half a second, at most for `limit`.
    func pushAll(within limit: Duration) async throws {
        let end = ContinuousClock.now + limit
        var last = ContinuousClock.now
        while ContinuousClock.now < end, ContinuousClock.now - last < .milliseconds(500) {
            if push() > 0 { last = .now } else { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    /// Each says that it sends nothing more.
    func endSending() {
        peers.withLock { for peer in $0 { peer.socket.endSending() } }
    }

    func closeAll() {
        peers.withLock { $0 = [] }
    }
}
