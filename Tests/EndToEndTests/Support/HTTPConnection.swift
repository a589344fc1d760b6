import Foundation

/// A kept-alive HTTP/1.1 connection to a port of this machine. Blocking; for one thread.
final class HTTPConnection {
    private let socket: Socket
    private var received: [UInt8] = []

    init(port: Int) throws(SocketError) {
        socket = try Socket(port: port)
    }

    /// Sends a request and waits for its answer.
    func call(
        _ method: String,
        _ target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) throws(SocketError) -> Answer {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try socket.send(Array(head.utf8) + [13, 10] + (body ?? []))
        return try answer(toHead: method == "HEAD")
    }

    private func answer(toHead: Bool) throws(SocketError) -> Answer {
        var searched = 0
        var end: Int?
        while end == nil {
            end = endOfHead(from: searched)
            guard end == nil else { break }
            searched = max(0, received.count - 3)
            try more()
        }
        let head = String(decoding: received[..<(end ?? 0)], as: UTF8.self)
        received.removeFirst(end ?? 0)
        let lines = head.split(separator: "\r\n")
        var answer = Answer(status: 0, headers: [], body: [])
        answer.status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            answer.headers.append((String(line[..<colon]), String(value)))
        }
        if !toHead, answer.header("transfer-encoding") == "chunked" {
            answer.body = try chunks()
            return answer
        }
        let length = toHead ? 0 : answer.header("content-length").flatMap { Int($0) } ?? 0
        answer.body = try take(length)
        return answer
    }

    private func take(_ length: Int) throws(SocketError) -> [UInt8] {
        while received.count < length { try more() }
        defer { received.removeFirst(length) }
        return Array(received.prefix(length))
    }

    /// A body in chunks, as other servers than Weir send it.
    private func chunks() throws(SocketError) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            while !received.contains(10) { try more() }
            let line = String(decoding: received.prefix { $0 != 13 }, as: UTF8.self)
            received.removeFirst(line.utf8.count + 2)
            let length = Int(line, radix: 16) ?? 0
            body += try take(length)
            _ = try take(2)
            if length == 0 { return body }
        }
    }

    private func more() throws(SocketError) {
        let bytes = try socket.receive()
        guard !bytes.isEmpty else { throw .closed }
        received += bytes
    }

    /// The index behind the empty line.
    private func endOfHead(from start: Int) -> Int? {
        guard received.count >= 4 else { return nil }
        for index in start...(received.count - 4)
        where received[index] == 13 && received[index + 1] == 10 && received[index + 2] == 13 {
            return index + 4
        }
        return nil
    }
}
