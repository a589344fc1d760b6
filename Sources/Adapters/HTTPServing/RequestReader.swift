internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// Feeds what arrives to NIO's parser, one message at a time, so that it knows where each request begins.
///
/// Two things need that. A request line may have raw bytes over 0x7F (UTF-8 in a query), which the parser refuses: here they
/// become percent-encoded, which is what the caller meant. And the parser stops for ever after a message that asks for an
/// upgrade: as nobody upgrades here, the next message gets a new parser and the connection goes on (RFC 9110 7.8).
final class RequestReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = HTTPServerRequestPart

    private enum Position {
        /// In the request line, or in empty lines before it.
        case line
        /// Behind the request line, in header fields.
        case head
        /// In a body of which so many bytes are missing.
        case body(left: Int)
        /// In a body that says itself where it ends.
        case chunked
        /// What came is no message. Nothing more is read.
        case broken
    }

    /// What the parser has said of the present message.
    private struct Message {
        var bodyLength: Int?
        var needsNewParser = false
        var hasEnded = false
    }

    private let limits: ListenerLimits
    private var parser: HTTPRequestDecoder
    private var unparsed = ByteBuffer()
    private var position = Position.line
    private var ending = BlockEnding()
    private var message = Message()
    private var headBytes = 0

    init(limits: ListenerLimits) {
        self.limits = limits
        parser = Self.makeParser(limits)
    }

    /// Whether a message has begun whose headers haven't ended.
    var isWithinHead: Bool {
        switch position {
        case .line: headBytes > 0
        case .head: true
        case .body, .chunked, .broken: false
        }
    }

    /// The handler behind the parser tells each part that it gets: it comes while the parser is being fed.
    func saw(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            message = Message(
                bodyLength: head.headers.declaredLength,
                needsNewParser: head.method == .CONNECT || head.headers.contains(name: "upgrade")
            )
        case .body: break
        case .end: message.hasEnded = true
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        parser.decoderAdded(context: context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        parser.decoderRemoved(context: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        do {
            while bytes.readableBytes > 0 {
                switch position {
                case .line: try readLine(&bytes, context)
                case .head: try readHead(&bytes, from: 0, context)
                case .body(let left): try readBody(&bytes, left: left, context)
                case .chunked: try readChunks(&bytes, context)
                case .broken: return
                }
            }
        } catch {
            position = .broken
            context.fireErrorCaught(error)
        }
    }

    // MARK: Pieces of a message

    private func readLine(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) throws {
        let line = RequestLine(startOf: bytes)
        if headBytes > 0 || !line.isEmpty { headBytes += line.length }
        if line.isRaw, let raw = bytes.readSlice(length: line.length) {
            try feed(RequestLine.percentEncoded(raw), context)
        } else if line.hasEnded, headBytes > 0 {
            ending = BlockEnding(afterLine: true)
            position = .head
            return try readHead(&bytes, from: line.length, context)
        } else if let piece = bytes.readSlice(length: line.length) {
            try feed(piece, context)
        }
        try checkHead()
        guard line.hasEnded, headBytes > 0 else { return }
        ending = BlockEnding(afterLine: true)
        position = .head
    }

    private func readHead(_ bytes: inout ByteBuffer, from start: Int, _ context: ChannelHandlerContext) throws {
        let end = ending.find(in: bytes, from: start, takesBareLines: true)
        let length = end ?? bytes.readableBytes
        headBytes += length - start
        if let piece = bytes.readSlice(length: length) { try feed(piece, context) }
        try checkHead()
        guard end != nil else { return }
        if message.hasEnded { return try becomeReady(context) }
        ending = BlockEnding(afterLine: false)
        position = message.bodyLength.map { .body(left: $0) } ?? .chunked
    }

    private func readBody(_ bytes: inout ByteBuffer, left: Int, _ context: ChannelHandlerContext) throws {
        let length = min(left, bytes.readableBytes)
        position = .body(left: left - length)
        if let piece = bytes.readSlice(length: max(1, length)) { try feed(piece, context) }
        if message.hasEnded { try becomeReady(context) }
    }

    private func readChunks(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) throws {
        // The last chunk and its trailers end in an empty line. Chunks may have one too: then this is only an extra cut.
        let end = ending.find(in: bytes, from: 0, takesBareLines: false)
        if let piece = bytes.readSlice(length: end ?? bytes.readableBytes) { try feed(piece, context) }
        if message.hasEnded { try becomeReady(context) }
    }

    private func becomeReady(_ context: ChannelHandlerContext) throws {
        position = .line
        headBytes = 0
        if message.needsNewParser {
            parser.decoderRemoved(context: context)
            parser = Self.makeParser(limits)
            parser.decoderAdded(context: context)
            unparsed = ByteBuffer()
        }
        message = Message()
    }

    private func feed(_ piece: ByteBuffer, _ context: ChannelHandlerContext) throws {
        if unparsed.readableBytes == 0 {
            unparsed = piece
        } else {
            unparsed.writeImmutableBuffer(piece)
        }
        _ = try parser.decode(context: context, buffer: &unparsed)
        if unparsed.readableBytes == 0 { unparsed = ByteBuffer() }
    }

    /// What is kept of unfinished headers has a limit before the parser has put them together.
    private func checkHead() throws {
        if headBytes > limits.headerBytes + Self.slack { throw HTTPParserError.headerOverflow }
    }

    /// Bytes of a head that don't count against the limit: method, version, spaces, ends of lines.
    private static let slack = 4096

    private static func makeParser(_ limits: ListenerLimits) -> HTTPRequestDecoder {
        // Only a backstop: just past our own limit the parser still gives us the head, to answer 431 to.
        var parserLimits = NIOHTTPDecoderLimitConfiguration()
        parserLimits.maxHeaderFieldSize = 3 * limits.headerBytes + slack
        parserLimits.maxHeaderListSize = 3 * limits.headerBytes + slack
        parserLimits.maxHeaderFieldCount = 1000
        return HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes,
            informationalResponseStrategy: .drop,
            limitConfiguration: parserLimits
        )
    }
}
