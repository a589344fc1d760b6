internal import Queueing

extension JobID {
    /// As the database has it. Ids keep their order up to 2^63, which the milliseconds in them reach in the year 2248.
    var stored: Int64 {
        Int64(bitPattern: rawValue)
    }

    init(stored: Int64) {
        self.init(rawValue: UInt64(bitPattern: stored))
    }
}
