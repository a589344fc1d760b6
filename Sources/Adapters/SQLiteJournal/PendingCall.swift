internal import WeirPorts

/// One call to `append` on its way to a commit.
struct PendingCall: Sendable {
    var writes: [JournalWrite]
    /// Set where it was refused at once; it only waits for its turn to be told so.
    var refusal: JournalError?
    var completion: @Sendable (Result<JournalReceipt, JournalError>) -> Void

    /// Whether it says what became of a message that had been accepted. Such a call is never given up because the disk is
    /// full: were it lost, a restart would take the message for interrupted and might send it again.
    let mustBeKept: Bool

    init(
        writes: [JournalWrite],
        refusal: JournalError? = nil,
        completion: @escaping @Sendable (Result<JournalReceipt, JournalError>) -> Void
    ) {
        self.writes = writes
        self.refusal = refusal
        self.completion = completion
        mustBeKept = writes.contains { write in
            switch write {
            case .settle, .conclude: true
            case .accept, .start, .redrive, .remember, .forget: false
            }
        }
    }
}
