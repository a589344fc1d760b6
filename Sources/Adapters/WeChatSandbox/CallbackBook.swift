/// The accounts' callback addresses, and what is pushed there.
struct CallbackBook: Equatable, Sendable {
    /// A receipt on its way.
    struct Push: Equatable, Sendable {
        var appID: String
        var settings: CallbackSettings
        var event: String
        var openID: String
        /// As it is pushed: 0 where the settings say so.
        var messageID: Int64
        var members: [CallbackMember]
    }

    /// One try of a push, and how it went.
    struct Record: Equatable, Sendable {
        /// Microseconds since 1970.
        var at: Int64
        var push: Push
        /// From 1.
        var number: Int
        /// HTTP's; `nil` without an answer.
        var status: Int?

        func json(number index: Int) -> String {
            """
            {"index":\(index),"at":\(at / 1000),"appid":\(JSON.quoted(push.appID)),"event":\(JSON.quoted(push.event)),\
            "openid":\(JSON.quoted(push.openID)),"msgid":"\(push.messageID)","try":\(number),\
            "status":\(status.map(String.init) ?? "null")}
            """
        }
    }

    static let mostApps = 1000

    private(set) var settings: [String: CallbackSettings] = [:]
    private var held: [Push] = []
    /// Decided, and not taken by whoever posts them.
    private var ready: [Push] = []
    var records = BoundedLog<Record>(capacity: 100_000)

    mutating func set(_ new: CallbackSettings?, for appID: String) throws(ControlProblem) {
        guard new == nil || settings[appID] != nil || settings.count < Self.mostApps else {
            throw ControlProblem("there are \(Self.mostApps) callbacks already")
        }
        settings[appID] = new
    }

    /// A message was taken: its receipt is due.
    mutating func accepted(
        _ operation: APIRule.Operation,
        appID: String,
        openID: String,
        templateID: String?,
        messageID: Int64,
        at now: Int64,
        using generator: inout SplitMix
    ) {
        guard let settings = settings[appID] ?? settings["*"] else { return }
        if settings.drop > 0, Double.random(in: 0..<1, using: &generator) < settings.drop { return }
        let shown = settings.isWithoutID ? 0 : messageID
        guard let event = CallbackEvent(operation) else { return }
        let push = Push(
            appID: appID,
            settings: settings,
            event: event.rawValue,
            openID: openID,
            messageID: shown,
            members: event.members(openID, templateID ?? "", shown, settings.status, seconds: now / 1_000_000)
        )
        let copies = Array(repeating: push, count: settings.times)
        guard settings.shuffle > 0 else { return ready += copies }
        held += copies
        guard held.count >= settings.shuffle else { return }
        ready += held.shuffled(using: &generator)
        held = []
    }

    mutating func takeReady() -> [Push] {
        defer { ready = [] }
        return ready
    }
}

/// The events that are receipts, with WeChat's names.
enum CallbackEvent: String {
    case template = "TEMPLATESENDJOBFINISH"
    case subscription = "subscribe_msg_sent_event"
    case mass = "MASSSENDJOBFINISH"

    init?(_ operation: APIRule.Operation) {
        switch operation {
        case .template: self = .template
        case .bizSubscribe, .miniSubscribe: self = .subscription
        case .massList, .massAll: self = .mass
        default: return nil
        }
    }

    func members(
        _ openID: String,
        _ templateID: String,
        _ messageID: Int64,
        _ status: String,
        seconds: Int64
    ) -> [CallbackMember] {
        let head = [
            CallbackMember("ToUserName", text: "gh_sandbox"),
            CallbackMember("FromUserName", text: self == .mass ? "mphelper" : openID),
            CallbackMember("CreateTime", text: String(seconds)), CallbackMember("MsgType", text: "event"),
            CallbackMember("Event", text: rawValue),
        ]
        let isSuccess = status == "success"
        switch self {
        case .template:
            return head + [CallbackMember("MsgID", text: String(messageID)), CallbackMember("Status", text: status)]
        case .subscription:
            let item = [
                CallbackMember("TemplateId", text: templateID), CallbackMember("MsgID", text: String(messageID)),
                CallbackMember("ErrorCode", text: isSuccess ? "0" : "1"), CallbackMember("ErrorStatus", text: status),
            ]
            let list = CallbackMember("List", members: item)
            return head + [CallbackMember("SubscribeMsgSentEvent", members: [list])]
        case .mass:
            let counts = [
                "TotalCount": "2", "FilterCount": "2", "SentCount": isSuccess ? "2" : "0",
                "ErrorCount": isSuccess ? "0" : "2",
            ]
            return head + [
                CallbackMember("MsgID", text: String(messageID)),
                CallbackMember("Status", text: isSuccess ? "send success" : "send fail"),
            ] + counts.sorted { $0.key < $1.key }.map { CallbackMember($0.key, text: $0.value) }
        }
    }
}
