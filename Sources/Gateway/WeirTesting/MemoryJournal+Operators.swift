public import WeirPorts

/// What operators ask.
extension MemoryJournal {
    /// A count of everything by `JournalModel`'s rules.
    public func tally(_ filter: MessageFilter) async throws(JournalError) -> MessageTally {
        try read { $0.tally(filter) }
    }

    /// A page by `JournalModel`'s rules.
    public func audit(_ filter: AuditFilter) async throws(JournalError) -> AuditPage {
        try read { $0.list(filter) }
    }

    /// What was committed.
    public func traces(of person: Person) async throws(JournalError) -> PersonTraces {
        try read { $0.traces(of: person) }
    }

    /// There are no files.
    public func shred() async throws(JournalError) -> Bool {
        try read { _ in true }
    }
}
