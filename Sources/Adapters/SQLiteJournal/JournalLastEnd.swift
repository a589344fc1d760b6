public import Timekeeping

/// How the process that had a journal's folder before this one ended, as its lock file tells.
public enum JournalLastEnd: Equatable, Sendable {
    /// There was no journal here.
    case none
    /// It closed the journal.
    case clean(at: Timestamp)
    /// It was killed, crashed, or lost its machine. What it wrote last is from that time, as far as that is known.
    case unclean(lastWrite: Timestamp?)
    /// It was of a version that left no word, or could write none.
    case unknown
}
