public import Queueing
public import Timekeeping

/// What WeChat's callback said became of a message after it was taken, or that it said nothing.
public struct MessageReceipt: Equatable, Sendable {
    /// What became of it. The raw values are stored, shown and metric labels.
    public enum State: String, CaseIterable, Sendable {
        /// The phone has it.
        case delivered
        /// The recipient has blocked the account or refuses its messages.
        case blocked
        /// WeChat could not bring it.
        case failed
        /// The recipient has had too many.
        case limited
        /// No receipt came within `receipts.missing_after`. One that comes later takes its place.
        case missing

        /// Where a message ends by it; `nil` where it stays as it is.
        public var end: JobState? {
            switch self {
            case .delivered: .delivered
            case .blocked, .failed, .limited: .failed
            case .missing: nil
            }
        }
    }

    /// What became of it.
    public var state: State
    /// When, by WeChat's clock; for `missing` when it was given up.
    public var at: Timestamp
    /// WeChat's words; `nil` where there are none.
    public var reason: String?

    /// A receipt of a message.
    public init(_ state: State, at: Timestamp, reason: String? = nil) {
        self.state = state
        self.at = at
        self.reason = reason
    }

    /// Contradicting receipts of a message that are kept beside the one that counts.
    public static let mostContradictions = 8
}

extension MessageProgress {
    /// What a receipt changes about a message.
    public enum ReceiptEffect: Equatable, Sendable {
        /// It is the message's receipt from now on.
        case taken
        /// It says what is known.
        case repeated
        /// Another final one came first: that one counts.
        case contradicted
        /// The message has not come so far, or ended otherwise.
        case none
    }

    /// Takes a receipt over: the first final one decides. It moves a message that is `sent` or `unknown`, and no other.
    public mutating func take(_ new: MessageReceipt) -> ReceiptEffect {
        if let receipt, receipt.state != .missing { return receipt.state == new.state ? .repeated : .contradicted }
        guard state == .sent || state == .unknown else { return .none }
        receipt = new
        guard let end = new.state.end else { return .taken }
        state = end
        if end == .failed { reason = MessageProgress.words(for: new) }
        if end == .delivered { reason = nil }
        return .taken
    }

    /// Why a message failed, for people.
    private static func words(for receipt: MessageReceipt) -> String {
        let what =
            switch receipt.state {
            case .blocked: "the recipient refuses messages of this account"
            case .limited: "the recipient has had too many messages"
            case .delivered, .failed, .missing: "WeChat could not deliver it"
            }
        return what + (receipt.reason.map { " (receipt: \($0))" } ?? " (receipt)")
    }
}
