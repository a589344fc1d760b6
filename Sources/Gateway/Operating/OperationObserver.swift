/// Who is told what becomes of operations and of the audit trail: metrics and the log.
package protocol OperationObserver: Sendable {
    /// It was begun, changed by an operator, went on after a restart, or is done.
    func moved(_ operation: BulkOperation, by who: String?)

    /// It has met messages.
    func met(_ kind: BulkOperation.Kind, done: Int, skipped: Int)

    /// It can't go on for now.
    func waits(_ operation: BulkOperation, because why: String)

    /// What became of a row of the audit trail.
    func audited(_ fate: AuditFate)
}

/// What becomes of a row of the audit trail.
package enum AuditFate: String, CaseIterable, Sendable {
    /// It is on disk.
    case kept
    /// It could not be written.
    case lost
    /// It was one refusal of too many, and is not written.
    case refused
}
