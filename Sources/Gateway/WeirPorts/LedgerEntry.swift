public import Timekeeping

/// A small named value that outlives the process: a decision that is no message, such as a pause.
///
/// `JournalWrite.remember` writes one in the place of the entry of that name, `JournalWrite.forget` erases one, and
/// `Journal.ledger` reads all. What a name or a value means is the writer's business; a journal does not look inside.
///
/// An entry is always within its limits, so that a journal never has to refuse one for its size. How many there are is
/// bounded by who writes them, at ``mostEntries``: a journal takes as many as it is given.
public struct LedgerEntry: Equatable, Sendable {
    /// The most bytes that a name has.
    public static let longestName = 512
    /// The most bytes that a value has.
    public static let longestValue = 4096
    /// The most entries that a gateway keeps.
    public static let mostEntries = 65_536

    /// 1 to 512 bytes of visible ASCII, so that equal names have equal bytes. Upper and lower case are different.
    public let name: String
    /// 1 to 4,096 bytes.
    public let value: [UInt8]
    /// When it was decided, by the wall clock.
    public let at: Timestamp

    /// `nil` where the name or the value is empty or too long, or the name has other bytes.
    public init?(name: String, value: [UInt8], at: Timestamp) {
        guard !name.isEmpty, name.utf8.count <= LedgerEntry.longestName, name.utf8.allSatisfy({ 0x21...0x7E ~= $0 }),
            !value.isEmpty, value.count <= LedgerEntry.longestValue
        else { return nil }
        self.name = name
        self.value = value
        self.at = at
    }
}
