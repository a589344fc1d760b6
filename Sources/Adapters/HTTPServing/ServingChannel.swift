internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Resilience

/// Sets up each accepted connection: NIO's HTTP/1.1 parser in our reader, and our handler, nothing between them.
///
/// Hummingbird's own `HTTP1Channel` translates each message part to HTTPTypes and back and moves each through an async
/// sequence to another thread; measured, a request takes about twice the processor time that way.
struct ServingChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
    }

    let limits: ListenerLimits
    let bodyBudget: ByteBudget?
    let serve: @Sendable (IncomingRequest) async -> OutgoingReply

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let link = ConnectionLink(eventLoop: channel.eventLoop)
            let reader = RequestReader(limits: limits)
            let handler = ServingHandler(
                limits: limits,
                bodyBudget: bodyBudget,
                reader: reader,
                link: link,
                isLoopback: channel.remoteAddress.map(Self.isLoopback) ?? false,
                serve: serve
            )
            link.connect(to: handler)
            try channel.syncOptions?.setOption(.socketOption(.tcp_nodelay), value: 1)
            // One read at a time, so that a limit on what is buffered is passed by one read at most.
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
            try channel.pipeline.syncOperations.addHandler(reader)
            try channel.pipeline.syncOperations.addHandler(handler)
            return Value(channel: channel)
        }
    }

    /// The connection lives on its event loop; this only keeps its server from ending before it.
    func handle(value: Value, logger: Logger) async {
        await withTaskCancellationHandler {
            try? await value.channel.closeFuture.get()
        } onCancel: {
            value.channel.close(promise: nil)
        }
    }

    private static func isLoopback(_ address: SocketAddress) -> Bool {
        guard let text = address.ipAddress else { return false }
        return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
    }
}
