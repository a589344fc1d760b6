import WireJSON

/// The checks of a message's body: what is missing, of the wrong type, or given twice.
public struct MessageValidator {
    /// How many problems are told at once.
    public static let longestReport = 20
    /// How many recipients a mass message may have (WeChat's limit).
    static let massRecipients = 2...10_000
    /// How many characters an openid may have. WeChat's have 28.
    static let longestOpenID = 128

    private let message: JSONObjectView
    private(set) var problems: [FieldProblem] = []

    init(_ message: JSONObjectView) {
        self.message = message
    }

    mutating func check(_ type: MessageType) {
        switch type {
        case .template, .subscribe, .miniProgram:
            openID("touser", in: message, at: "")
            text("template_id", in: message, at: "")
            data()
        case .custom:
            openID("touser", in: message, at: "")
            content(MessageBranch.custom)
        case .mass:
            audience()
            content(MessageBranch.mass)
            id("clientmsgid")
        case .dingtalk, .wecom, .wecomApp:
            content(MessageBranch.robot)
        case .feishu:
            text("msg_type", in: message, at: "")
        // Any object, as its operator has it.
        case .webhook: break
        }
        id("client_msg_id")
        duplicates()
    }

    private mutating func report(_ field: String, _ problem: String) {
        guard problems.count < Self.longestReport else { return }
        problems.append(FieldProblem(field: field, problem: problem))
    }

    /// The value of a member that must be there and of this kind.
    private mutating func required(
        _ name: String,
        _ kind: JSONKind,
        in object: JSONObjectView,
        at path: String
    ) -> JSONValue? {
        guard let value = object.value(name) else {
            report(path + name, "is required")
            return nil
        }
        guard value.kind == kind else {
            report(path + name, "must be \(kind.phrase), not \(value.kind.phrase)")
            return nil
        }
        return value
    }

    private mutating func text(_ name: String, in object: JSONObjectView, at path: String) {
        guard let value = required(name, .string, in: object, at: path) else { return }
        if value.range.count == 2 { report(path + name, "must not be empty") }
    }

    private mutating func openID(_ name: String, in object: JSONObjectView, at path: String) {
        guard let value = required(name, .string, in: object, at: path) else { return }
        check(openID: value, at: path + name)
    }

    private mutating func check(openID value: JSONValue, at field: String) {
        let length = value.range.count - 2
        if !(1...Self.longestOpenID).contains(length) {
            report(field, "must have 1 to \(Self.longestOpenID) characters")
        }
    }

    /// `data` of a template: an object of objects that each have a value.
    private mutating func data() {
        guard let data = required("data", .object, in: message, at: "")?.object else { return }
        for member in data.members where problems.count < Self.longestReport {
            guard let keyword = data.value(of: member).object else {
                report("data.\(data.name(of: member))", "must be an object, not \(member.kind.phrase)")
                continue
            }
            guard let value = keyword.value("value") else {
                report("data.\(data.name(of: member)).value", "is required")
                continue
            }
            if value.kind != .string, value.kind != .number {
                report("data.\(data.name(of: member)).value", "must be a string, not \(value.kind.phrase)")
            }
        }
    }

    /// `msgtype` and the member of that name.
    private mutating func content(_ known: [String: MessageBranch]) {
        guard let type = required("msgtype", .string, in: message, at: "")?.string else { return }
        guard !type.isEmpty, type.utf8.count <= 64 else { return report("msgtype", "must have 1 to 64 characters") }
        guard let branch = required(type, .object, in: message, at: "")?.object else { return }
        for (name, kind) in known[type]?.required ?? [] {
            if kind == .string {
                text(name, in: branch, at: type + ".")
            } else {
                _ = required(name, kind, in: branch, at: type + ".")
            }
        }
    }

    /// Who a mass message goes to: a list of openids, or a filter.
    private mutating func audience() {
        guard message.value("touser") != nil else {
            guard message.value("filter") != nil else { return report("touser", "is required, or filter") }
            return filter()
        }
        if message.value("filter") != nil { report("filter", "must not stand beside touser") }
        guard let list = required("touser", .array, in: message, at: "")?.array else { return }
        if !Self.massRecipients.contains(list.count) {
            report("touser", "must have 2 to 10000 elements, not \(list.count)")
        }
        for (index, value) in list.enumerated() where problems.count < Self.longestReport {
            if value.kind == .string {
                check(openID: value, at: "touser[\(index)]")
            } else {
                report("touser[\(index)]", "must be a string, not \(value.kind.phrase)")
            }
        }
    }

    private mutating func filter() {
        guard let filter = required("filter", .object, in: message, at: "")?.object else { return }
        let toAll = filter.value("is_to_all")
        if let toAll, toAll.kind != .bool {
            report("filter.is_to_all", "must be a boolean, not \(toAll.kind.phrase)")
        }
        if let tag = filter.value("tag_id") {
            if tag.lenientInteger == nil { report("filter.tag_id", "must be an integer") }
        } else if toAll?.bool != true {
            report("filter.tag_id", "is required unless is_to_all is true")
        }
    }

    /// An optional id for de-duplication. An empty one would pass for an id and stop no repeat.
    private mutating func id(_ name: String) {
        guard let value = message.value(name) else { return }
        guard let id = value.string else { return report(name, "must be a string, not \(value.kind.phrase)") }
        if id.isEmpty { return report(name, "must not be empty: leave it out") }
        if id.utf8.count > ClientMessageID.longest || !id.utf8.allSatisfy({ $0 < 0x80 }) {
            report(name, "must have at most \(ClientMessageID.longest) ASCII characters")
        }
    }

    /// Which of two members WeChat would read is unknown; of those that Weir reads there must be one.
    private mutating func duplicates() {
        for name in ["touser", "template_id", "data", "msgtype", "filter", "client_msg_id", "clientmsgid"]
        where message.count(of: name) > 1 {
            report(name, "is given more than once")
        }
    }
}

/// What the member that a `msgtype` names has to hold. Types that are not listed pass: WeChat may know more of them.
struct MessageBranch: Sendable {
    var required: [(name: String, kind: JSONKind)]

    private init(_ required: (String, JSONKind)...) {
        self.required = required.map { (name: $0.0, kind: $0.1) }
    }

    /// Customer-service messages.
    static let custom: [String: MessageBranch] = [
        "text": MessageBranch(("content", .string)),
        "image": MessageBranch(("media_id", .string)),
        "voice": MessageBranch(("media_id", .string)),
        "video": MessageBranch(("media_id", .string)),
        "music": MessageBranch(("musicurl", .string)),
        "news": MessageBranch(("articles", .array)),
        "mpnews": MessageBranch(("media_id", .string)),
        "mpnewsarticle": MessageBranch(("article_id", .string)),
        "msgmenu": MessageBranch(("list", .array)),
        "wxcard": MessageBranch(("card_id", .string)),
        "link": MessageBranch(("url", .string)),
        "miniprogrampage": MessageBranch(("pagepath", .string)),
    ]

    /// Group robots' messages.
    static let robot: [String: MessageBranch] = [
        "text": MessageBranch(("content", .string))
    ]

    /// Mass messages.
    static let mass: [String: MessageBranch] = [
        "text": MessageBranch(("content", .string)),
        "mpnews": MessageBranch(("media_id", .string)),
        "voice": MessageBranch(("media_id", .string)),
        "images": MessageBranch(("media_ids", .array)),
        "mpvideo": MessageBranch(("media_id", .string)),
        "wxcard": MessageBranch(("card_id", .string)),
    ]
}

/// One thing that is wrong with a message, and where.
public struct FieldProblem: Error, Equatable, Sendable {
    /// The path inside the message: `data.thing1.value`, `touser[3]`; empty for the message itself.
    public var field: String
    /// What is wrong, without anything of what the message says.
    public var problem: String

    /// A problem at a path.
    public init(field: String, problem: String) {
        self.field = field
        self.problem = problem
    }
}
