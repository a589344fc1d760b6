import Queueing
import WeChat

/// What the dispatcher keeps in a job's `flags`.
struct JobFlags: OptionSet, Sendable {
    let rawValue: UInt8

    /// Its one token retry is spent.
    static let tokenRetried = JobFlags(rawValue: 1)
    /// An attempt's outcome is not known.
    static let ambiguous = JobFlags(rawValue: 2)
    /// WeChat recognises a repeat by its client_msg_id, for ten minutes.
    static let deduplicated = JobFlags(rawValue: 4)
    /// A repeat does no harm, whenever it comes.
    static let repeatable = JobFlags(rawValue: 8)
}

extension Job {
    var marks: JobFlags {
        get { JobFlags(rawValue: flags) }
        set { flags = newValue.rawValue }
    }
}
