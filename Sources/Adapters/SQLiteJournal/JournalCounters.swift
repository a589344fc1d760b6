internal import WeirPorts

/// What `status()` tells of the commits.
struct JournalCounters {
    var failure: JournalError?
    var commits = 0
    var writes = 0
    var errors = 0
    /// Writes that are kept until the disk takes them.
    var keptWrites = 0
}
