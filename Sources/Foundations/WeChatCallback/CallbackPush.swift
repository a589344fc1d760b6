internal import Crypto
internal import Foundation
public import Timekeeping

/// What a push says, as far as it concerns messages that were or will be sent: whose it is, what happened, and the receipts in it.
public struct CallbackPush: Equatable, Sendable {
    /// The openid that it is about; `mphelper` and its like where it is about no one user.
    public var openID: String
    /// When it happened, by WeChat's clock, to the second.
    public var at: Timestamp
    /// `event` for events, else the kind of message that a user sent.
    public var type: String
    /// The event's name as it came; empty for a message.
    public var event: String
    /// What became of sent messages; usually one or none.
    public var receipts: [PushedReceipt]
    /// What the user did that says that they can be reached.
    public var signs: [PushedSign]

    /// Receipts and signs that one push may bring, each.
    public static let mostReceipts = 100

    /// Reads a body. `nil` where it has no kind, which every push of WeChat's has.
    public init?(_ node: CallbackNode) {
        guard let type = node["MsgType"]?.text, !type.isEmpty else { return nil }
        self.type = type
        openID = node["FromUserName"]?.text ?? ""
        let seconds = node["CreateTime"].flatMap { Int64($0.text) } ?? 0
        at = Timestamp(milliseconds: min(max(seconds, 0), 1 << 40) * 1000)
        event = type == "event" ? node["Event"]?.text ?? "" : ""
        receipts = []
        signs = []
        signs = Array(PushedSign.read(node, type: type, event: event).prefix(CallbackPush.mostReceipts))
        receipts = Array(read(node).prefix(CallbackPush.mostReceipts))
    }

    /// The events that are receipts. Names come in either case.
    private func read(_ node: CallbackNode) -> [PushedReceipt] {
        switch event.lowercased() {
        case "templatesendjobfinish":
            return [receipt(.template, node, Verdict(templateStatus: node["Status"]?.text ?? ""))].compactMap(\.self)
        case "masssendjobfinish":
            return [receipt(.mass, node, Verdict(massResult: node))].compactMap(\.self)
        case "subscribe_msg_sent_event":
            // In XML the list stands inside a member of its own, in JSON at the top; one item needs no list in either.
            let items = (node["SubscribeMsgSentEvent"] ?? node).all("List")
            return items.compactMap { receipt(.subscription, $0, Verdict(subscription: $0)) }
        default: return []
        }
    }

    private func receipt(_ kind: PushedReceipt.Kind, _ node: CallbackNode, _ verdict: Verdict?) -> PushedReceipt? {
        guard let verdict else { return nil }
        let id = (node["MsgID"] ?? node["MsgId"]).flatMap { Int64($0.text) }
        let template = node["TemplateId"]?.text ?? ""
        return PushedReceipt(
            kind: kind,
            msgid: id.flatMap { $0 == 0 ? nil : $0 },
            openID: kind == .mass ? "" : openID,
            at: at,
            state: verdict.state,
            reason: verdict.reason,
            template: template.isEmpty ? nil : template,
            digest: PushedReceipt.digest([event.lowercased(), openID, "\(at.milliseconds)", "\(id ?? 0)", template])
        )
    }
}

/// One message's receipt, as a push brings it.
public struct PushedReceipt: Equatable, Sendable {
    /// Which sends it can be about.
    public enum Kind: Sendable {
        case template, subscription, mass
    }

    /// What became of the message.
    public enum State: String, CaseIterable, Sendable {
        /// The phone has it.
        case delivered
        /// The user has blocked the account or refuses its messages.
        case blocked
        /// WeChat could not bring it.
        case failed
        /// The user has had too many.
        case limited
    }

    /// Which sends it can be about.
    public var kind: Kind
    /// WeChat's id of the message; `nil` where WeChat wrote 0 or none.
    public var msgid: Int64?
    /// The recipient; empty for a mass message.
    public var openID: String
    /// When WeChat was done with it.
    public var at: Timestamp
    /// What became of it.
    public var state: State
    /// WeChat's words where it was not delivered; of a mass message the counts.
    public var reason: String?
    /// The template that it names, as those of subscription messages do.
    public var template: String?
    /// The same for the same receipt pushed again, and for no other: WeChat repeats a push that was not answered in time.
    public var digest: Int64

    /// Every part of it.
    public init(
        kind: Kind,
        msgid: Int64?,
        openID: String,
        at: Timestamp,
        state: State,
        reason: String?,
        template: String? = nil,
        digest: Int64
    ) {
        self.kind = kind
        self.msgid = msgid
        self.openID = openID
        self.at = at
        self.state = state
        self.reason = reason
        self.template = template
        self.digest = digest
    }

    /// By openid, time, event and what the event names: two events of a user can share a second.
    static func digest(_ parts: [String]) -> Int64 {
        var hash = SHA256()
        for part in parts {
            hash.update(data: Data("\(part.utf8.count):".utf8))
            hash.update(data: Data(part.utf8))
        }
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// What WeChat's words say of a message.
struct Verdict: Equatable {
    var state: PushedReceipt.State
    var reason: String?

    /// Characters of WeChat's words that are kept.
    static let longestReason = 128

    private init(_ state: PushedReceipt.State, _ words: String? = nil) {
        self.state = state
        let clean = words.map {
            String($0.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(Self.longestReason))
        }
        reason = clean.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `success`, `failed:user block`, `failed: system failed`, and `failed:freq limit` as it was seen. `nil` for what is neither.
    init?(templateStatus status: String) {
        let plain = Verdict.plain(status)
        if plain == "success" {
            self.init(.delivered)
        } else if plain.hasPrefix("failed") {
            self.init(Verdict.failure(plain), status)
        } else {
            return nil
        }
    }

    /// `ErrorCode` 0 is delivered; else `ErrorStatus` says why.
    init?(subscription item: CallbackNode) {
        guard let code = item["ErrorCode"].flatMap({ Int64($0.text) }) else { return nil }
        let words = item["ErrorStatus"]?.text ?? ""
        switch code {
        case 0: self.init(.delivered)
        case 43101, 43107, 43004: self.init(.blocked, "\(words) (\(code))")
        case 43117, 43108: self.init(.limited, "\(words) (\(code))")
        default: self.init(Verdict.failure(Verdict.plain(words)), "\(words) (\(code))")
        }
    }

    /// `send success`, `send fail` or `err(num)`; the counts tell of the rest.
    init?(massResult node: CallbackNode) {
        let status = node["Status"]?.text ?? ""
        let counts = ["SentCount", "ErrorCount", "FilterCount", "TotalCount"].map { node[$0]?.text ?? "?" }
        let words = "\(counts[0]) sent, \(counts[1]) failed, \(counts[2]) filtered of \(counts[3])"
        switch Verdict.plain(status) {
        case "sendsuccess": self.init(.delivered, words)
        case let plain where plain.hasPrefix("sendfail") || plain.hasPrefix("err"):
            self.init(.failed, "\(status): \(words)")
        default: return nil
        }
    }

    /// WeChat's own spellings differ by spaces and case.
    private static func plain(_ words: String) -> String {
        words.filter { !$0.isWhitespace }.lowercased()
    }

    private static func failure(_ plain: String) -> PushedReceipt.State {
        if plain.contains("block") || plain.contains("refuse") || plain.contains("reject") { return .blocked }
        return plain.contains("freq") || plain.contains("limit") ? .limited : .failed
    }
}
