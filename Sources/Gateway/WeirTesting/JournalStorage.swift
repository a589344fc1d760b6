public import WeirPorts

/// Where a journal under test keeps what it stores. Each check gets a fresh one, which is empty.
///
/// Whoever writes a storage engine for Weir implements this and runs every check of `JournalConformance` on it.
public protocol JournalStorage: Sendable {
    /// Opens a journal on what is stored. At most one is open at a time.
    func open() async throws -> any Journal

    /// Closes the open journal as a gateway does that ends: everything handed over has been answered when this returns.
    func close() async

    /// Ends the open journal as a kill of its process does: what no commit has taken is lost. A disk that could not be
    /// written can be again.
    func kill() async throws

    /// The disk takes nothing any more: from now on each commit fails.
    func breakDisk() async throws

    /// The disk takes everything again. Returns when the journal has noticed by itself.
    func mendDisk() async throws
}
