package import RequestTracing
package import WeChatCallback
package import WeirPorts

/// What came to the callback listener. The body is not asked for before the query is known to be WeChat's.
package struct CallbackRequest: Sendable {
    /// Whether it asks whether the address is Weir's (GET), or pushes something (POST); `nil` for any other method.
    package enum Method: Sendable {
        case ask, push
    }

    package var method: Method?
    /// Without the query.
    package var path: String
    package var query: CallbackAccount.Query
    package var trace: RequestTrace
    /// Reads the whole body, which may have at most that many bytes. Used once, or not at all.
    package var body: @Sendable (Int) async throws(CallbackBodyError) -> [UInt8]

    package init(
        method: Method?,
        path: String,
        query: CallbackAccount.Query,
        trace: RequestTrace,
        body: @escaping @Sendable (Int) async throws(CallbackBodyError) -> [UInt8]
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.trace = trace
        self.body = body
    }
}

/// Why a callback's body could not be had.
package enum CallbackBodyError: Error {
    /// It is longer than it may be.
    case tooLarge
    /// The rest of it will never come, or there is no memory for it.
    case incomplete
}

/// How a callback is answered.
package enum CallbackAnswer: Equatable, Sendable {
    /// The address is Weir's: this is the whole body.
    case echo(String)
    /// Taken: stored, known, or nothing that Weir keeps.
    case success
    /// There is no such address.
    case unknown
    /// Neither a GET nor a POST.
    case wrongMethod
    /// It is not WeChat's, or not of WeChat's form.
    case refused
    /// Its body is longer than any of WeChat's.
    case tooLarge
    /// It could not be stored, or too much is in hand: WeChat sends it again.
    case unavailable
}

/// What became of a callback. The raw values are metric labels.
package enum CallbackResult: String, CaseIterable, Sendable {
    /// A GET of WeChat's that asks whether the address is Weir's.
    case verified
    /// A push with receipts, of a user who can be reached again, or that a subscriber hears of: it is stored now.
    case stored
    /// A push that Weir has had.
    case duplicate
    /// A push that says nothing of messages, and that no subscriber wants.
    case ignored
    /// Not WeChat's, or not of its form.
    case refused
    /// It could not be stored, or too much was in hand.
    case failed
}

/// Who is told what came to the callback listener: metrics.
package protocol CallbackObserver: Sendable {
    /// A callback was answered; `app` is `nil` where its path is nobody's.
    func callback(_ result: CallbackResult, app: String?)

    /// What became of receipts.
    func receipts(_ news: [ReceiptNews])
}
