/// How much of a message's audit trail is kept: its first attempts and its last ones. Of those between them only the number
/// is known, so that a message that is refused for days does not fill the disk.
public enum AttemptTrail {
    /// Attempts that are kept from the beginning.
    public static let first = 20
    /// Attempts that are kept up to the newest.
    public static let last = 80

    /// The number of the last attempt that is not kept once attempt `newest` is told; at most `first` where all are.
    public static func lastOmitted(newest: Int) -> Int {
        max(newest, last) - last
    }

    /// How many attempts between the first and the last ones are not kept.
    public static func omitted(newest: Int) -> Int {
        max(newest, first + last) - first - last
    }

    /// Whether attempt `number` is kept once attempt `newest` is told.
    public static func keeps(_ number: Int, newest: Int) -> Bool {
        number <= first || number > lastOmitted(newest: newest)
    }
}
