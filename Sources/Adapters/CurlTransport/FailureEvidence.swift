import CCurl
import WeirPorts

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is known of an exchange that libcurl ended without a reply, and what that means.
///
/// A failure speaks of the upstream only if nothing on this machine accounts for it.
struct FailureEvidence {
    var code: CURLcode
    /// errno of a socket that could not be had or connected; 0 if there was none.
    var systemError: Int32 = 0
    /// Whether a byte of the request may have left.
    var bytesLeft = false
    /// Whether a status line came.
    var hasStatus = false
    /// Whether the host's address was known.
    var isResolved = true

    var kind: TransportFailure.Kind {
        if isLocal { return .shortage }
        return bytesLeft ? kindAfterSending : kindBeforeSending
    }

    /// errno values that say that this machine ran out of something.
    static func isShortage(_ systemError: Int32) -> Bool {
        [EMFILE, ENFILE, ENOMEM, ENOBUFS, EAGAIN, EADDRNOTAVAIL].contains(systemError)
    }

    private var isLocal: Bool {
        switch code {
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_NO_CONNECTION_AVAILABLE, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_NOTFOUND,
            // Files of this machine that can't be read, or not now.
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE:
            true
        // libcurl 7.88 takes an old ETIMEDOUT for the errno of a socket that could not be made.
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_OPERATION_TIMEDOUT:
            !bytesLeft && Self.isShortage(systemError)
        default: false
        }
    }

    private var kindAfterSending: TransportFailure.Kind {
        switch code {
        case CURLE_OK: hasStatus ? .reset : .malformed
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .malformed
        case CURLE_OPERATION_TIMEDOUT: .timeout
        default: .reset
        }
    }

    private var kindBeforeSending: TransportFailure.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_OPERATION_TIMEDOUT: isResolved ? .connect : .resolve
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
            .tls
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_NOT_BUILT_IN,
            CURLE_UNKNOWN_OPTION:
            .invalid
        default: .connect
        }
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a name server's answer needs of this machine: a descriptor and a thread.
enum LocalResources {
    /// errno of what is short just now; 0 if all is there. libcurl says of neither that it was the cause.
    static func shortage() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Musl.close(descriptor)
        #endif
        var thread = pthread_t()
        let status = unsafe pthread_create(&thread, nil, { _ in nil }, nil)
        if status == 0 { _ = pthread_join(thread, nil) }
        return status
    }
}
