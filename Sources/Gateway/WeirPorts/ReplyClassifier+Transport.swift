package import WeChat

extension ReplyClassifier {
    /// Either end of an attempt.
    ///
    /// - Parameters:
    ///   - method: how it was called.
    ///   - isCallersShape: whether method, path and body are a caller's.
    package func classify(
        _ result: Result<UpstreamReply, TransportFailure>,
        api: APIDescriptor,
        method: String = "POST",
        isCallersShape: Bool = false
    ) -> Classification {
        switch result {
        case .success(let reply):
            classify(
                status: reply.status,
                contentType: reply.header("content-type"),
                body: reply.body,
                api: api,
                method: method,
                isCallersShape: isCallersShape
            )
        case .failure(let failure):
            classify(failure: failure)
        }
    }

    /// What a failure of the transport says, its kind standing in the place of WeChat's text.
    package func classify(failure: TransportFailure) -> Classification {
        var classification = classify(failure: failure.bytesLeft)
        classification.errmsg = "no answer: \(failure.kind.rawValue)"
        // What this machine or a caller did is not the upstream's failure.
        if !failure.kind.isEvidence { classification.breaker = .ignored }
        if failure.kind == .invalid {
            classification.outcome = .request
            classification.scope = .message
            classification.errmsg = "the request can't be sent as it is"
        }
        return classification
    }
}
