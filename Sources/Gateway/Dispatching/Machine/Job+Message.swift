import Queueing
import Timekeeping
import WeirPorts

extension Job {
    /// A message as the queue has it.
    init(_ message: Message, _ progress: MessageProgress, lane: LaneID, retryClass: UInt8) {
        self.init(
            id: message.id,
            lane: lane,
            priority: message.priority,
            isDurable: true,
            retryClass: retryClass,
            acceptedAt: message.createdAt,
            notBefore: [message.notBefore, progress.nextAt].compactMap { $0 }.max(),
            expiresAt: message.notAfter,
            countedAttempts: UInt32(clamping: progress.countedAttempts),
            startedAttempts: UInt32(clamping: progress.startedAttempts),
            firstAttemptAt: progress.firstAttemptAt
        )
        if let asked = message.notBefore, progress.nextAt.map({ asked >= $0 }) ?? true { marks.insert(.callersTime) }
        if progress.isInDoubt { marks.insert(.ambiguous) }
    }
}
