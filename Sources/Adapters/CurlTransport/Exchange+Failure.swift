import CCurl
import WeirPorts

extension Exchange {
    /// What `code` means for the request, given what has left.
    func failure(_ code: CURLcode) -> TransportFailure {
        if abort == nil, isReplyPaused { abort = .noRoom }
        let evidence = evidence(code)
        return TransportFailure(
            abort?.kind ?? evidence.kind,
            bytesLeft: evidence.bytesLeft,
            detail: detail(evidence)
        )
    }

    private func evidence(_ code: CURLcode) -> FailureEvidence {
        FailureEvidence(
            code: code,
            systemError: systemError(code),
            bytesLeft: bytesLeft,
            hasStatus: head.status > 0,
            isResolved: easy.offset(CURLINFO_NAMELOOKUP_TIME_T) > 0
        )
    }

    private func systemError(_ code: CURLcode) -> Int32 {
        if socketError != 0 { return socketError }
        return switch code {
        // libcurl keeps the last one for ever: only here is it of this exchange.
        case CURLE_COULDNT_CONNECT: Int32(truncatingIfNeeded: easy.long(CURLINFO_OS_ERRNO))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: LocalResources.shortage()
        default: 0
        }
    }

    /// Fixed words. libcurl's error buffer says more, but may repeat what the upstream or the URL said.
    private func detail(_ evidence: FailureEvidence) -> String {
        if let abort { return abort.words }
        var words = Self.words(evidence.code) + " (\(evidence.code.rawValue))"
        if !evidence.bytesLeft, evidence.systemError != 0 { words += ", errno \(evidence.systemError)" }
        let verification = easy.long(CURLINFO_SSL_VERIFYRESULT)
        if verification != 0 { words += ", certificate verification \(verification)" }
        return words
    }

    private static func words(_ code: CURLcode) -> String {
        guard code != CURLE_OK, let words = unsafe curl_easy_strerror(code) else { return "The reply was cut off" }
        return unsafe String(cString: words)
    }
}
