import Suppressing

/// Who is not sent to.
extension Gateway {
    /// A page of the suppressions that are in force, newest first: a client sees those of the apps that it may use, an operator all.
    ///
    /// - Parameters:
    ///   - app: Name or AppID; `nil` for all.
    ///   - recipient: An openid; `nil` for all.
    ///   - before: The `next` of the page before.
    ///   - limit: 1 to 1,000.
    /// - Throws: `notFound` and `forbidden` for the app; `journal`.
    public func suppressions(
        app: String? = nil,
        recipient: String? = nil,
        before: Int64? = nil,
        limit: Int = 100,
        caller: Caller
    ) async throws(MessageRefusal) -> SuppressionPage {
        try await messageService.suppressions(
            app: app,
            recipient: recipient,
            before: before,
            limit: limit,
            caller: caller
        )
    }

    /// Ends all suppressions of a recipient: returns what they were, when that is on disk.
    ///
    /// - Throws: `notFound` and `forbidden` for the app; `journal`.
    public func lift(
        app: String,
        recipient: String,
        caller: Caller
    ) async throws(MessageRefusal) -> [Suppression] {
        try await messageService.lift(app: app, recipient: recipient, caller: caller)
    }

    /// How many suppressions each app has, where it ever had one.
    public func suppressionCounts() -> [String: Int] {
        suppressions.counts
    }
}

extension GatewayConfiguration {
    /// How many messages each app's recipients get a day.
    var caps: [String: [CapRule]] { apps.mapValues(\.caps) }

    /// By what each app's recipients are suppressed.
    var suppressionTerms: [String: SuppressionTerms] {
        apps.mapValues { SuppressionTerms($0.suppress, hearsUsers: $0.callback != nil) }
    }
}
