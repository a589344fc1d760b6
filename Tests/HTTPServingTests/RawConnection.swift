import Glibc
import NIOCore
import NIOPosix

/// A TCP connection that sends what a test says and tells what comes back, byte by byte.
struct RawConnection {
    enum Ending: Equatable {
        case closed, reset
    }

    private enum Event {
        case bytes([UInt8])
        case ended(Ending)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let events: AsyncStream<Event>.Continuation

        init(events: AsyncStream<Event>.Continuation) {
            self.events = events
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            events.yield(.bytes(Array(unwrapInboundIn(data).readableBytesView)))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            events.yield(.ended(.reset))
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            events.yield(.ended(.closed))
            events.finish()
        }
    }

    let channel: any Channel
    private let events: AsyncStream<Event>
    private var received: [UInt8] = []
    private(set) var ending: Ending?

    /// - Parameter reads: false: nothing is taken from the socket until ``startReading()``.
    static func open(_ port: Int, reads: Bool = true) async throws -> RawConnection {
        let (stream, continuation) = AsyncStream<Event>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(events: continuation))
                }
            }
            .channelOption(.autoRead, value: reads)
            .connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, events: stream)
    }

    private init(channel: any Channel, events: AsyncStream<Event>) {
        self.channel = channel
        self.events = events
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Ends the sending half alone.
    func finishSending() async throws {
        try await channel.close(mode: .output).get()
    }

    /// Ends the connection with a reset.
    func reset() async throws {
        if let socket = channel as? any SocketOptionProvider {
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close().get()
    }

    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    func close() async throws {
        try await channel.close().get()
    }

    /// The next answer: status line and headers up to the empty line, and as many bytes of body as they promise.
    mutating func answer(toHead isHead: Bool = false) async -> Answer {
        var headEnd = Self.endOfHead(received)
        while headEnd == nil, await more() { headEnd = Self.endOfHead(received) }
        guard let headEnd else { return Answer(head: text(received), body: "") }
        let head = text(received[..<headEnd])
        received.removeFirst(headEnd)
        var answer = Answer(head: head, body: "")
        let length = isHead || answer.status == 100 ? 0 : Int(answer.header("content-length") ?? "0") ?? 0
        while received.count < length, await more() {}
        answer.body = text(received.prefix(length))
        received.removeFirst(min(length, received.count))
        return answer
    }

    /// As many bytes as asked for, or what came until the connection ended.
    mutating func bytes(_ count: Int) async -> String {
        while received.count < count, await more() {}
        defer { received.removeFirst(min(count, received.count)) }
        return text(received.prefix(count))
    }

    /// Everything that comes until the connection ends.
    mutating func rest() async -> String {
        while await more() {}
        defer { received = [] }
        return text(received)
    }

    private mutating func more() async -> Bool {
        guard ending == nil, let event = await events.first(where: { _ in true }) else { return false }
        switch event {
        case .bytes(let bytes): received += bytes
        case .ended(let ending): self.ending = ending
        }
        return ending == nil
    }

    private func text(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast(3).first { bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 }.map { $0 + 4 }
    }
}
