/// Who is told what becomes of operations and of the audit trail: metrics and the log.
package protocol OperationObserver: Sendable {
    /// It was begun, changed by an operator, went on after a restart, or is done.
    func moved(_ operation: BulkOperation, by who: String?)

    /// It has met messages.
    func met(_ kind: BulkOperation.Kind, done: Int, skipped: Int)

    /// It can't go on for now.
    func waits(_ operation: BulkOperation, because why: String)

    /// A row of the audit trail is on disk, or is lost.
    func audited(isKept: Bool)
}
