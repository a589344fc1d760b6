public import Queueing
public import Timekeeping
public import WeChat

/// A message's doubt: bytes of an attempt left Weir, and no answer said whether WeChat took them.
public struct Ambiguity: Equatable, Sendable {
    /// How a doubt ended. The raw values are metric labels and part of the API.
    public enum Resolution: String, CaseIterable, Sendable {
        /// WeChat took a repeat, or knew it for one (45065).
        case repeated
        /// A later attempt found the recipient's one consent used up (43101 to a subscription message): the doubtful one has probably
        /// used it.
        case probablyDelivered = "probably_delivered"
        /// No answer came, but WeChat's receipt. It comes after the end, so that no metric counts it.
        case receipt
        /// The message ended, and nothing said more.
        case none

        /// - Parameters:
        ///   - state: what the message is in.
        ///   - errcode: of the last answer; `nil` where it ended without one.
        /// - Returns: `nil` while it has not ended.
        public init?(of state: JobState, _ type: MessageType?, errcode: Int?) {
            switch state {
            case .pending, .sending: return nil
            case .sent, .delivered: self = .repeated
            case .unknown where type?.isConsentSpent(by: errcode) ?? false: self = .probablyDelivered
            case .failed, .dead, .expired, .cancelled, .unknown: self = .none
            }
        }
    }

    /// When the first doubtful attempt ended; of one that a restart cut off, when it began. `nil` where the trail keeps it no longer.
    public var since: Timestamp?
    /// That attempt's number.
    public var attempt: Int?
    /// `nil` while the message waits, or an attempt is in flight.
    public var resolution: Resolution?
}

extension MessageRecord {
    /// The message's doubt, if it was ever in one. It is read from the attempts, so that a summary has none.
    public var ambiguity: Ambiguity? {
        let first = attempts.first { $0.outcome == .unknown }
        guard first != nil || !attempts.isEmpty && (progress.isAmbiguous || progress.wasInDoubt) else { return nil }
        return Ambiguity(
            since: first.map { $0.startedAt + $0.duration },
            attempt: first?.number,
            resolution: isToldByReceipt
                ? .receipt : Ambiguity.Resolution(of: progress.state, message.type, errcode: attempts.last?.errcode)
        )
    }

    /// Whether WeChat's receipt alone says what became of it.
    private var isToldByReceipt: Bool {
        progress.receipt?.state.end == progress.state && attempts.last?.outcome != .accepted
    }
}
