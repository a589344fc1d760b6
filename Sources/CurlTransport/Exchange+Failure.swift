import CCurl
import Weir

extension Exchange {
    /// What `code` means for the request, given what has left.
    func failure(_ code: CURLcode) -> TransportFailure {
        let bytesLeft = bytesLeft
        return TransportFailure(
            bytesLeft ? kindAfterSending(code) : kindBeforeSending(code),
            bytesLeft: bytesLeft,
            detail: detail(code)
        )
    }

    private func kindAfterSending(_ code: CURLcode) -> TransportFailure.Kind {
        if isTooLarge { return .tooLarge }
        return switch code {
        case CURLE_OK: head.status > 0 ? .reset : .malformed
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .malformed
        case CURLE_OPERATION_TIMEDOUT: .timeout
        default: .reset
        }
    }

    private func kindBeforeSending(_ code: CURLcode) -> TransportFailure.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_OPERATION_TIMEDOUT: easy.offset(CURLINFO_NAMELOOKUP_TIME_T) == 0 ? .resolve : .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED:
            .tls
        case CURLE_URL_MALFORMAT: .invalid
        default: .connect
        }
    }

    /// The library's fixed words for the code. Its error buffer says more, but may repeat what the upstream or the
    /// URL said.
    private func detail(_ code: CURLcode) -> String {
        var words = isTooLarge ? "The reply is longer than allowed" : Self.words(code)
        words += " (\(code.rawValue))"
        let systemError = easy.long(CURLINFO_OS_ERRNO)
        if !bytesLeft, systemError != 0 { words += ", errno \(systemError)" }
        let verification = easy.long(CURLINFO_SSL_VERIFYRESULT)
        if verification != 0 { words += ", certificate verification \(verification)" }
        return words
    }

    private static func words(_ code: CURLcode) -> String {
        guard code != CURLE_OK, let words = unsafe curl_easy_strerror(code) else { return "The reply was cut off" }
        return unsafe String(cString: words)
    }
}
