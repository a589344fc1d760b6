public import WireJSON

/// The kinds of message that Weir sends. The raw values are stored and are metric labels.
public enum MessageType: String, CaseIterable, Sendable {
    /// `/cgi-bin/message/template/send`
    case template
    /// `/cgi-bin/message/subscribe/bizsend`
    case subscribe
    /// `/cgi-bin/message/subscribe/send`
    case miniProgram = "mini_program"
    /// `/cgi-bin/message/custom/send`
    case custom
    /// `/cgi-bin/message/mass/send` with a list of openids, `/cgi-bin/message/mass/sendall` with a filter.
    case mass
    /// `/robot/send` of DingTalk: a group robot takes an alert.
    case dingtalk
    /// `/cgi-bin/webhook/send` of WeCom: a group robot takes an alert.
    case wecom
    /// `/cgi-bin/message/send` of WeCom: an app of a company's takes an alert for its people.
    case wecomApp = "wecom_app"
    /// `/open-apis/bot/v2/hook/…` of Feishu: a group robot takes an alert.
    case feishu
    /// An address of the operator's own takes an alert.
    case webhook

    /// Whether WeChat pushes a receipt for each such message, where the account has a callback address.
    public var hasReceipt: Bool {
        switch self {
        case .template, .subscribe, .miniProgram, .mass: true
        case .custom, .dingtalk, .wecom, .wecomApp, .feishu, .webhook: false
        }
    }

    /// Those that the messages API is open to: what goes to WeChat.
    public static let open: [MessageType] = [.template, .subscribe, .miniProgram, .custom, .mass]

    /// Whether an errcode says that the recipient's consent is used up, which is good for one message of these types. After an attempt
    /// in doubt it means that that one has probably used it; else that the recipient never gave it, or took it back.
    public func isConsentSpent(by errcode: Int?) -> Bool {
        errcode == 43101 && (self == .subscribe || self == .miniProgram)
    }
}

extension MessageType {
    /// What is known of the path whose lane its messages wait in.
    package var descriptor: APIDescriptor {
        switch self {
        case .template, .subscribe, .miniProgram, .custom, .mass:
            APICatalog.descriptor(method: "POST", path: lanePath)
        // No path of WeChat's, and so not in its catalog. No robot's vendor knows a repeat for one.
        case .dingtalk, .wecom, .feishu, .webhook:
            APIDescriptor(label: lanePath, group: .robot, repeatability: .never)
        case .wecomApp:
            APIDescriptor(label: lanePath, group: .robot, repeatability: .withDuplicateCheck)
        }
    }

    /// The type whose messages wait in the lane of this path.
    package init?(api path: String) {
        guard let type = MessageType.allCases.first(where: { $0.lanePath == path }) else { return nil }
        self = type
    }
}

extension MessageType {
    /// The type's name in the messages API, in the journal and in metrics.
    public var name: String {
        rawValue
    }

    /// The type of this name.
    public init?(name: String) {
        self.init(rawValue: name)
    }

    /// The path whose lane a message waits in. Mass messages wait in one, though their body decides between two paths.
    public var lanePath: String {
        switch self {
        case .template: "/cgi-bin/message/template/send"
        case .subscribe: "/cgi-bin/message/subscribe/bizsend"
        case .miniProgram: "/cgi-bin/message/subscribe/send"
        case .custom: "/cgi-bin/message/custom/send"
        case .mass: "/cgi-bin/message/mass/send"
        case .dingtalk: "/robot/send"
        case .wecom: "/cgi-bin/webhook/send"
        case .wecomApp: "/cgi-bin/message/send"
        // What follows in the address is secret.
        case .feishu: "/open-apis/bot/v2/hook"
        case .webhook: "/webhook"
        }
    }

    /// The path that a message goes to. Of mass messages, those with a `filter` and no `touser` go to all of a tag.
    public func api(for message: JSONObjectView) -> String {
        let isToAll = self == .mass && message.value("touser") == nil && message.value("filter") != nil
        return isToAll ? "/cgi-bin/message/mass/sendall" : lanePath
    }

    /// The openid that a message goes to; nil for a mass message and for a robot's.
    public func recipient(in message: JSONObjectView) -> String? {
        switch self {
        case .template, .subscribe, .miniProgram, .custom: message.string("touser")
        case .mass, .dingtalk, .wecom, .wecomApp, .feishu, .webhook: nil
        }
    }

    /// As ``api(for:)-(JSONObjectView)``, from the message's bytes.
    public func api(for body: [UInt8]) -> String? {
        (try? JSONObjectView(body, rules: .lenient)).map { api(for: $0) }
    }

    /// As ``recipient(in:)-(JSONObjectView)``, from the message's bytes.
    public func recipient(in body: [UInt8]) -> String? {
        (try? JSONObjectView(body, rules: .lenient)).flatMap { recipient(in: $0) }
    }

    /// Everything that is wrong with a message as far as Weir can tell, at most ``MessageValidator/longestReport``
    /// problems; what WeChat alone knows is left to it.
    public func validate(_ message: JSONObjectView) -> [FieldProblem] {
        var validator = MessageValidator(message)
        validator.check(self)
        return validator.problems
    }

    /// As ``validate(_:)-(JSONObjectView)``, from the message's bytes, which must be strict JSON.
    public func validate(_ body: [UInt8]) -> [FieldProblem] {
        do throws(JSONProblem) {
            return validate(try JSONObjectView(body))
        } catch {
            return [FieldProblem(field: "", problem: error.description)]
        }
    }
}
