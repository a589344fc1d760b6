import WeChat

extension ReplyClassifier {
    /// Either end of an attempt.
    func classify(_ result: Result<UpstreamReply, TransportFailure>, api: APIDescriptor) -> Classification {
        switch result {
        case .success(let reply):
            classify(status: reply.status, contentType: reply.header("content-type"), body: reply.body, api: api)
        case .failure(let failure):
            classify(failure: failure)
        }
    }

    /// What a failure of the transport says, its kind standing in the place of WeChat's text.
    func classify(failure: TransportFailure) -> Classification {
        var classification = classify(failure: failure.bytesLeft)
        classification.errmsg = "no answer: \(failure.kind.rawValue)"
        return classification
    }
}
