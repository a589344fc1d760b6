/// How ``CircuitBreaker/call(judge:_:)`` can fail.
public enum CircuitBreakerError<Failure: Error>: Error {
    /// The breaker is open, or every probe is on its way: the call was not made. Ask again after this time.
    case refused(retryAfter: Duration)
    /// The call was made and failed.
    case failed(Failure)
}

extension CircuitBreakerError: Equatable where Failure: Equatable {}
