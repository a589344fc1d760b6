import WeChat

extension ReplyClassifier {
    /// What a failure of the transport says, its kind standing in the place of WeChat's text.
    func classify(failure: TransportFailure) -> Classification {
        var classification = classify(failure: failure.bytesLeft)
        classification.errmsg = "no answer: \(failure.kind.rawValue)"
        return classification
    }
}
