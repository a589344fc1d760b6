internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Resilience

/// Sets up each accepted connection: NIO's HTTP/1.1 parser in our reader, and our handler, nothing between them.
struct ConnectionSetup: Sendable {
    let limits: ListenerLimits
    let bodyBudget: ByteBudget?
    let serve: @Sendable (IncomingRequest) async -> OutgoingReply

    @Sendable func run(_ channel: any Channel) -> EventLoopFuture<Void> {
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
            try channel.pipeline.syncOperations.addHandlers(reader, handler)
        }
    }

    private static func isLoopback(_ address: SocketAddress) -> Bool {
        guard let text = address.ipAddress else { return false }
        return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
    }
}
