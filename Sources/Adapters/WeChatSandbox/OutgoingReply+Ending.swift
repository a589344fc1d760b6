internal import Glibc
internal import HTTPServing
internal import NIOCore

extension OutgoingReply {
    /// The planned answer, or what is sent in its place by a server that misbehaves on purpose.
    init(_ plan: AnswerPlan) {
        let headers = [("Content-Type", plan.reply.contentType)]
        switch plan.ending {
        case .whole: self.init(status: plan.reply.status, headers: headers, body: plan.reply.body)
        case .close: self = .noAnswer
        case .reset: self = .handingOver(to: Self.reset)
        case .cut(let count): self = .handingOver { Self.cut(plan.reply, afterBytes: count, $0) }
        }
    }

    private static func reset(_ connection: any Channel) {
        guard let socket = connection as? any SocketOptionProvider else { return connection.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in connection.close(promise: nil) }
    }

    private static func cut(_ reply: APIReply, afterBytes count: Int, _ connection: any Channel) {
        let head = """
            HTTP/1.1 \(reply.status) \r
            Content-Type: \(reply.contentType)\r
            Content-Length: \(reply.body.count)\r
            \r

            """
        var buffer = ByteBuffer(string: head)
        buffer.writeBytes(reply.body.prefix(max(0, count)))
        connection.writeAndFlush(buffer).whenComplete { _ in connection.close(promise: nil) }
    }
}
