import CCurl
import Resilience
import WeirPorts

/// One easy handle, and the request and reply that it carries at the moment; used again for the next.
///
/// Only the loop's thread touches it, inside libcurl's callbacks too.
///
/// **Repeats.** When a connection that was used before breaks without an answer, libcurl 7.88 repeats the request on
/// another one, up to five times, whatever its method and whether or not the server took it (Curl_retry_request in its
/// transfer.c); after HTTP/2 errors it does so on fresh ones as well. No option turns that off. What is asked before
/// each try is PREREQFUNCTION, and OPENSOCKETFUNCTION before a new connection: both refuse once a byte of the request
/// may have left. A long body is read by READFUNCTION, and a SEEKFUNCTION that fails keeps it from being sent again,
/// too.
final class Exchange {
    let easy: EasyHandle
    let sockets: SocketRegistry
    let inbox: CurlInbox
    let agenda: Agenda
    private let buffer = BodyBuffer()
    /// What is under way; `nil` while the exchange is idle.
    private(set) var call: Call?
    /// The call's, 0 while the exchange is idle.
    private(set) var number: UInt64 = 0
    /// Of the call's request, beside it: each piece of a reply asks for them, and a call is large to copy.
    private(set) var method = ""
    private(set) var replyLimit = 0
    var head = ReplyHead()
    /// Known when the body begins.
    var framing: ReplyFraming?
    var reply = ReplyBody()
    var room: ReplyRoom
    var upload = Upload()
    /// Why it was stopped from this side.
    var abort: Abort?
    /// errno of the last socket that could not be had.
    var socketError: Int32 = 0
    /// libcurl waits for more of a streamed body, or for memory for the reply.
    var isUploadPaused = false
    var isReplyPaused = false
    /// The reply is whole, though libcurl goes on: the request's body is not.
    var isAnswered = false
    private var isOnConnection = false
    private var hasLeft = false
    /// A failed write may have sent something nevertheless.
    private var isCautious = false
    private var sentBefore = 0
    private var lastURL = ""
    private var lastTimeouts: (total: Int, connect: Int) = (-1, -1)
    private var lastShape: RequestShape?
    private var lastHeaders: HeaderList?
    private let offersHTTP2: Bool
    let tellsConnection: Bool

    /// A first write of no more bytes is one TLS record, with room for what libcurl adds.
    private static let safeRecord = 15 << 10

    init(
        _ configuration: CurlConfiguration,
        sockets: SocketRegistry,
        inbox: CurlInbox,
        agenda: Agenda,
        replies: ByteBudget
    ) throws(CurlSetupError) {
        self.sockets = sockets
        self.inbox = inbox
        self.agenda = agenda
        room = ReplyRoom(of: replies)
        easy = try EasyHandle()
        offersHTTP2 = configuration.http2
        tellsConnection = configuration.tellsConnection
        try easy.prepare(configuration)
        try setCallbacks()
    }

    /// Sets the easy handle up for `call`, telling libcurl only what differs from the last one.
    func begin(_ call: Call, headers: HeaderList, timeout: Duration) -> CURLcode {
        reset()
        self.call = call
        number = call.number
        method = call.request.method
        replyLimit = call.request.replyLimit
        if call.url != lastURL {
            let code = easy.set(CURLOPT_URL, call.url)
            guard code == CURLE_OK else { return code }
            lastURL = call.url
        }
        let shape = RequestShape(call.request)
        if shape != lastShape {
            shape.apply(to: easy, buffer: buffer)
            lastShape = shape
        }
        let length = call.request.bodyLength
        switch shape.body {
        case .none: break
        case .whole: buffer.fill(call.request.stream == nil ? call.request.body ?? [] : [])
        case .read: upload = Upload(call.request)
        }
        if shape.body != .none { easy.setOffset(CURLOPT_POSTFIELDSIZE_LARGE, length) }
        let firstWrite = call.url.utf8.count + headers.byteCount + (shape.body == .whole ? length : 0)
        isCautious = call.url.hasPrefix("https:") && (offersHTTP2 || firstWrite > Self.safeRecord)
        if headers !== lastHeaders {
            easy.set(headers: headers)
            lastHeaders = headers
        }
        let timeouts = (
            total: timeout.roundedMilliseconds, connect: call.request.connectTimeout.roundedMilliseconds
        )
        if timeouts != lastTimeouts {
            easy.set(CURLOPT_TIMEOUT_MS, timeouts.total)
            easy.set(CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect)
            lastTimeouts = timeouts
        }
        return CURLE_OK
    }

    /// Lets go of all that belongs to the last request.
    func reset() {
        call = nil
        number = 0
        head.removeAll()
        framing = nil
        reply = ReplyBody()
        room.leave()
        upload = Upload()
        abort = nil
        socketError = 0
        isUploadPaused = false
        isReplyPaused = false
        isAnswered = false
        isOnConnection = false
        hasLeft = false
    }

    /// Whether libcurl may send the request now: always the first time, later only if nothing has left.
    func maySend() -> Bool {
        if isOnConnection && bytesLeft { return false }
        isOnConnection = true
        sentBefore = easy.long(CURLINFO_REQUEST_SIZE)
        return true
    }

    /// Whether libcurl may open a connection: a repeat that `maySend` would refuse needs none.
    func mayConnect() -> Bool {
        !(isOnConnection && bytesLeft)
    }

    /// Whether a byte of the request may have reached the upstream.
    ///
    /// libcurl writes the head, with a short body, in one piece when the connection is there. If that write failed,
    /// neither the counter of sent bytes nor the time at which it was done is set, and a long body was not asked for.
    /// Over TLS a write that fails leaves at most a part of a record, which can't be read. Where it may be several
    /// records or, by HTTP/2, several frames, some of them may have gone although the write failed: hence the caution.
    var bytesLeft: Bool {
        if hasLeft { return true }
        guard isOnConnection else { return false }
        hasLeft =
            isCautious || upload.given > 0 || easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0
            || easy.long(CURLINFO_REQUEST_SIZE) > sentBefore
        return hasLeft
    }

    /// Lets libcurl go on with what doesn't wait any more. It may call back from within.
    func resume() -> CURLcode {
        var still: Int32 = 0
        if isUploadPaused { still |= CURLPAUSE_SEND }
        if isReplyPaused { still |= CURLPAUSE_RECV }
        return unsafe curl_easy_pause(easy.pointer, still)
    }
}

extension Exchange {
    /// Hands libcurl the functions it calls and this object as their context. It must outlive the easy handle, which
    /// it owns; the sockets' registry must outlive the connections, which pass from one exchange to the next.
    func setCallbacks() throws(CurlSetupError) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let contexts = [
            CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_PREREQDATA,
            CURLOPT_OPENSOCKETDATA,
        ]
        for option in contexts {
            _ = unsafe ccurl_set_pointer(easy.pointer, option, context)
        }
        let codes = unsafe [
            ccurl_set_data_callback(easy.pointer, CURLOPT_WRITEFUNCTION, Self.onBody),
            ccurl_set_data_callback(easy.pointer, CURLOPT_HEADERFUNCTION, Self.onHeader),
            ccurl_set_data_callback(easy.pointer, CURLOPT_READFUNCTION, Self.onRead),
            ccurl_set_seek_callback(easy.pointer, { _, _, _ in CURL_SEEKFUNC_FAIL }),
            ccurl_set_prereq_callback(easy.pointer, Self.onSend),
            ccurl_set_opensocket_callback(easy.pointer, Self.onConnect),
            ccurl_set_closesocket_callback(easy.pointer, Self.onClose),
            ccurl_set_pointer(easy.pointer, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(sockets).toOpaque()),
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }) else { throw .unsupportedLibrary("a callback is refused") }
    }

    private static func with<Value>(
        _ context: UnsafeMutableRawPointer?,
        else fallback: Value,
        _ body: (Exchange) -> Value
    ) -> Value {
        guard let context = unsafe context else { return fallback }
        return unsafe Unmanaged<Exchange>.fromOpaque(context)._withUnsafeGuaranteedRef { body($0) }
    }

    private static let onBody: ccurl_data_callback = { bytes, size, count, context in
        let length = size * count
        return unsafe with(context, else: 0) { exchange in
            unsafe exchange.takeBody(UnsafeRawBufferPointer(start: bytes, count: length))
        }
    }

    private static let onHeader: ccurl_data_callback = { bytes, size, count, context in
        let length = size * count
        return unsafe with(context, else: 0) { exchange in
            let line = unsafe UnsafeRawBufferPointer(start: bytes, count: length).bindMemory(to: UInt8.self)
            return unsafe exchange.takeHead(line) ? length : 0
        }
    }

    private static let onRead: ccurl_data_callback = { bytes, size, count, context in
        unsafe with(context, else: Int(CURL_READFUNC_ABORT)) { exchange in
            unsafe exchange.giveBody(to: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private static let onSend: ccurl_prereq_callback = { context, _, _, _, _ in
        unsafe with(context, else: CURL_PREREQFUNC_ABORT) { exchange in
            exchange.maySend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
    }

    private static let onConnect: ccurl_opensocket_callback = { context, _, address in
        unsafe with(context, else: -1) { exchange in
            guard exchange.mayConnect(), let address = unsafe address else { return -1 }
            let made = unsafe exchange.sockets.make(
                family: address.pointee.family,
                type: address.pointee.socktype,
                protocol: address.pointee.protocol
            )
            // Of several addresses' errors one that is this machine's own must be remembered.
            if !FailureEvidence.isShortage(exchange.socketError) { exchange.socketError = made.error }
            return made.socket
        }
    }

    private static let onClose: ccurl_closesocket_callback = { context, socket in
        guard let context = unsafe context else { return -1 }
        return unsafe Unmanaged<SocketRegistry>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.close(socket) }
    }
}
