internal import NIOCore
internal import NIOPosix

/// Posts pushes to callback addresses, as WeChat does: five seconds for an answer, and three tries.
struct CallbackPoster: Sendable {
    private static let patience = Duration.seconds(5)
    private static let longestAnswer = 4096

    /// One try.
    ///
    /// - Returns: the HTTP status, and whether the push was taken: by 200 with `success` or nothing. `nil` without an answer.
    static func post(_ post: CallbackPost, to settings: CallbackSettings) async -> (status: Int, isTaken: Bool)? {
        await withTaskGroup(of: (status: Int, isTaken: Bool)?.self) { group in
            group.addTask { try? await exchange(post, settings) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private static func exchange(
        _ post: CallbackPost,
        _ settings: CallbackSettings
    ) async throws -> (status: Int, isTaken: Bool)? {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(5))
            .connect(host: settings.host, port: settings.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let head = """
                POST \(post.target) HTTP/1.1\r\nHost: \(settings.host):\(settings.port)\r\nConnection: close\r\n\
                User-Agent: Mozilla/4.0\r\nContent-Type: \(post.contentType)\r\nContent-Length: \(post.body.count)\r\n\r\n
                """
            try await outbound.write(ByteBuffer(bytes: Array(head.utf8) + post.body))
            var answer: [UInt8] = []
            for try await part in inbound {
                answer += Array(part.readableBytesView)
                if answer.count > longestAnswer { break }
            }
            return read(String(decoding: answer, as: UTF8.self))
        }
    }

    private static func read(_ answer: String) -> (status: Int, isTaken: Bool)? {
        let words = answer.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        let body = answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
        return (status, status == 200 && (body.isEmpty || body == "success"))
    }
}
