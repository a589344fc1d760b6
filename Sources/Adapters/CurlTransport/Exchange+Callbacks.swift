import CCurl
import WeirPorts

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
