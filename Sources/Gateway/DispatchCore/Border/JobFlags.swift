package import Queueing
import Timekeeping
import WeChat
package import WeirPorts

/// What the dispatcher keeps in a job's `flags`.
package struct JobFlags: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Its one token retry is spent.
    static let tokenRetried = JobFlags(rawValue: 1)
    /// An attempt's outcome is not known.
    package static let ambiguous = JobFlags(rawValue: 2)
    /// WeChat knows a repeat for one by an id in the body, as long as `Repeatability.window` says. Looked for only once it matters:
    /// when the job is in doubt.
    package static let deduplicated = JobFlags(rawValue: 4)
    /// A repeat does no harm, whenever it comes.
    package static let repeatable = JobFlags(rawValue: 8)
    /// Its `notBefore` is a wall time that its caller asked for.
    static let callersTime = JobFlags(rawValue: 16)
    /// It waits for a retry that the budget could not pay for.
    static let unpaid = JobFlags(rawValue: 32)
    /// It can go one time at the most: its body comes from its caller as it is sent.
    package static let once = JobFlags(rawValue: 64)
    /// Weir's own question to WeChat, in place of work that could be lost.
    package static let ownProbe = JobFlags(rawValue: 128)
    /// An attempt before its redrive was in doubt: somebody has decided that it goes again all the same, and what that attempt came to
    /// is not known any better.
    package static let doubtedBefore = JobFlags(rawValue: 256)
    /// It came with a `collapse_key`.
    package static let keyed = JobFlags(rawValue: 512)
}

extension Job {
    package var marks: JobFlags {
        get { JobFlags(rawValue: flags) }
        set { flags = newValue.rawValue }
    }

    /// Whether an attempt may have been taken, and a repeat of it is not harmless: then no later answer but an acceptance says what
    /// became of it.
    var isInDoubt: Bool {
        marks.contains(.ambiguous) && !marks.contains(.repeatable)
    }

    /// Whether an attempt of it may have been taken, this side of its last redrive or the other. No end but an acceptance is certain then.
    package var hasDoubt: Bool { isInDoubt || marks.contains(.doubtedBefore) }

    /// What an end is with the doubt that there is: but for an acceptance nobody knows whether the message was taken.
    package func honest(_ end: JobState) -> JobState {
        hasDoubt && end.isTerminal && end != .sent && end != .delivered ? .unknown : end
    }
}

extension Job {
    /// A message as the queue has it.
    package init(_ message: Message, _ progress: MessageProgress, lane: LaneID, retryClass: UInt8, share: ShareID) {
        self.init(
            id: message.id,
            lane: lane,
            priority: message.priority,
            isDurable: true,
            promise: Job.promise(message, progress),
            retryClass: retryClass,
            acceptedAt: Job.since(message, progress),
            notBefore: [message.notBefore, progress.nextAt].compactMap { $0 }.max(),
            expiresAt: message.notAfter,
            countedAttempts: UInt32(clamping: progress.countedAttempts),
            startedAttempts: UInt32(clamping: progress.startedAttempts),
            firstAttemptAt: progress.firstAttemptAt,
            share: share
        )
        if let asked = message.notBefore, progress.nextAt.map({ asked >= $0 }) ?? true { marks.insert(.callersTime) }
        if progress.isInDoubt { marks.insert(.ambiguous) }
        if message.collapse != nil { marks.insert(.keyed) }
        if progress.wasInDoubt { marks.insert(.doubtedBefore) }
    }

    /// What was redriven has ended, and been counted, once before.
    private static func promise(_ message: Message, _ progress: MessageProgress) -> Promise {
        guard message.source == .client else { return .none }
        return progress.isRedriven ? .settled : .open
    }

    /// What was tried was due before, whatever it waits for now. What was redriven is as old as its redrive.
    private static func since(_ message: Message, _ progress: MessageProgress) -> Timestamp {
        if progress.isRedriven { return max(message.createdAt, progress.nextAt ?? message.createdAt) }
        guard progress.startedAttempts > 0 else { return message.createdAt }
        return max(message.createdAt, message.notBefore ?? message.createdAt)
    }
}

extension MessageProgress {
    /// Whether its attempts were all made before its last redrive.
    fileprivate var isRedriven: Bool { startedAttempts > 0 && firstAttemptAt == nil }
}
