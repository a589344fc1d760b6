import Intake
public import Operating
import RequestTracing
public import Resilience
import Telemetry
public import Timekeeping

/// What operators have done to many messages, the trail of what they did, and forgetting a person.
extension Gateway {
    // MARK: Operations

    /// What a request would find, without anything being done.
    ///
    /// - Throws: `invalid` for states or a rate that can't be, `journal` where it can't be read.
    public func forecast(_ request: OperationRequest) async throws(MessageRefusal) -> OperationForecast {
        try checkAccepting()
        return try await operationService.forecast(named(request))
    }

    /// Begins an operation: returns when it is on disk, with what was found. It outlives the process.
    ///
    /// - Throws: as ``forecast(_:)``; `wrongState` where too many are open.
    public func begin(_ request: OperationRequest) async throws(MessageRefusal) -> BulkOperation {
        try checkAccepting()
        return try await operationService.begin(named(request))
    }

    /// Apps may be called by their AppIDs.
    private func named(_ request: OperationRequest) -> OperationRequest {
        var request = request
        request.filter.app = request.filter.app.map { live.present.directory.app($0)?.name ?? $0 }
        return request
    }

    /// The operations that are known, newest first.
    public var operations: [BulkOperation] { operationService.all }

    /// One of them. Throws `notFound`.
    public func operation(_ id: String) throws(MessageRefusal) -> BulkOperation {
        try operationService.operation(id)
    }

    /// Pauses, resumes or stops one: returns when that is on disk.
    ///
    /// - Parameters:
    ///   - order: `pause`, `resume` or `stop`.
    ///   - who: The operator's name, for the log.
    /// - Throws: `notFound`, `wrongState` where it has ended, `journal`.
    public func order(_ order: String, operation id: String, by who: String) async throws(MessageRefusal)
        -> BulkOperation
    {
        try checkAccepting()
        return try await operationService.obey(order, id, by: who)
    }

    /// When an operation will have met all that matched; `nil` where it does not go on.
    public func expectedEnd(of operation: BulkOperation) -> Timestamp? {
        operation.expectedEnd(at: time.timestamp())
    }

    /// When an operation would have met all of them, were it begun now.
    public func expectedEnd(of forecast: OperationForecast, at rate: RateLimit) -> Timestamp {
        time.timestamp() + OperationRate.time(for: forecast.matched, at: rate)
    }

    // MARK: The audit trail

    /// What operators did, newest first.
    public func audit(_ filter: AuditFilter) async throws(MessageRefusal) -> AuditPage {
        do throws(JournalError) { return try await auditTrail.page(filter) } catch {
            throw MessageRefusal(error, while: .reading)
        }
    }

    /// What stands for a person in the audit trail, which names nobody: the app's name and a hash.
    public func auditTarget(app: String, recipient: String) -> String {
        let name = live.present.directory.app(app)?.name ?? app
        return "\(name)/\(auditTrail.mark(Person(app: name, recipient: recipient)))"
    }

    // MARK: Forgetting

    /// Removes what is stored of a person, but for what is still to be sent or told: returns when it is on disk.
    ///
    /// - Parameter app: Its name, or AppID; an app that has left the configuration by its name.
    /// - Throws: `journal` where not all of it could be written: the same call again goes on. `overloaded` while another is forgotten.
    ///   `notFound` for an app that is not configured and of which nothing of the person is stored.
    public func forget(app: String, recipient: String) async throws(MessageRefusal) -> ForgottenPerson {
        try checkAccepting()
        let known = live.present.directory.app(app)?.name
        let person = Person(app: known ?? app, recipient: recipient)
        let result = try await operationService.forget(person, suppressions)
        if known == nil, result.isNothing {
            throw MessageRefusal(.notFound, "no app has this name, and nothing is stored of one", field: "app")
        }
        return result
    }
}

extension AuditEntry {
    init(_ action: OperatorAction, at now: Timestamp, traceID: String) {
        self.init(
            at: now,
            who: action.who,
            role: action.role,
            action: action.action,
            target: Stranger.printable(action.target, bytes: 256),
            reason: action.reason.map { Stranger.printable($0, bytes: 200) } ?? "",
            status: action.status,
            peer: action.caller.peer ?? "",
            traceID: traceID
        )
    }
}
