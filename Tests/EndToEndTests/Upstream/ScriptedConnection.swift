import Foundation

/// One connection of a scripted upstream; `run` is its thread.
final class ScriptedConnection: @unchecked Sendable {
    // Only `run`'s thread touches what changes; `end` from elsewhere is one system call on the socket.
    private let socket: Socket
    private let desk: ScriptedDesk
    private var received: [UInt8] = []
    static let kept = 64 << 10

    init(socket: Socket, desk: ScriptedDesk) {
        (self.socket, self.desk) = (socket, desk)
    }

    func end() {
        socket.endBoth()
    }

    func run() {
        defer { desk.closed(self) }
        guard desk.opened(self) else { return }
        do throws(SocketError) {
            while try answer(request()) {}
        } catch {
            // The gateway has closed it.
        }
    }

    private func more() throws(SocketError) {
        let bytes = try socket.receive()
        guard !bytes.isEmpty else { throw .closed }
        received += bytes
    }

    private func request() throws(SocketError) -> ScriptedRequest {
        var end: Int?
        while end == nil {
            end = received.indices.dropLast(3).first { received[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) }
            if end == nil { try more() }
        }
        let lines = String(decoding: received[..<(end ?? 0)], as: UTF8.self).split(separator: "\r\n")
        received.removeFirst((end ?? 0) + 4)
        let first = (lines.first ?? "").split(separator: " ").map(String.init)
        guard first.count == 3 else { throw .closed }
        var request = ScriptedRequest(method: first[0], target: first[1], headers: [])
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            request.headers.append(
                (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
            )
        }
        if request.header("expect") != nil { try socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        var left = request.header("content-length").flatMap { Int($0) } ?? 0
        while left > 0 {
            if received.isEmpty { try more() }
            let part = received.prefix(left)
            desk.arrived(part.count)
            request.checksum.add(part)
            request.body += part.prefix(ScriptedConnection.kept - request.body.count)
            left -= part.count
            received.removeFirst(part.count)
        }
        return request
    }

    /// - Returns: whether the connection stays.
    private func answer(_ request: ScriptedRequest) throws(SocketError) -> Bool {
        // WeChat's answer to a body in chunks.
        let isChunked = request.header("transfer-encoding") != nil
        let reply = isChunked ? .page(412) : desk.take(request)
        if reply.latency > .zero { Thread.sleep(forTimeInterval: reply.latency / .seconds(1)) }
        let (head, body) = reply.bytes(toHead: request.method == "HEAD")
        switch reply.ending {
        case .whole:
            try socket.send(head)
            try socket.send(body)
            return !isChunked
        case .cut:
            try socket.send(head + body.prefix(body.count / 2))
            return false
        case .reset:
            socket.resetsAtClose()
            return false
        case .hang:
            // The end of the stream, or a reset: the caller is gone.
            _ = try? socket.receive()
            desk.abandoned()
            return false
        }
    }
}
