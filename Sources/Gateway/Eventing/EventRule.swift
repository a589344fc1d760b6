public import Queueing
public import WeChat
import WireJSON

/// The message that an event of one type becomes.
public struct EventRule: Equatable, Sendable {
    /// The app's name in the configuration.
    public var app: String
    /// One of ``types``.
    public var type: MessageType
    /// WeChat's id of the template; of `custom` there is none.
    public var templateID = ""
    /// Whose phone shows it: an openid.
    public var to: EventTemplate
    /// `nil`: the client's.
    public var priority: Priority?
    /// `nil`: the client's.
    public var retryClass: String?
    /// The template's variables, in the order in which they are written.
    public var data: [Field] = []
    /// What a tap opens; of `template` alone.
    public var url: EventTemplate?
    /// What a tap opens; of `subscribe` and `mini_program`.
    public var page: EventTemplate?
    /// What `custom` says.
    public var text: EventTemplate?

    /// Those that an event can become: a mass message has no recipient whom an event could name.
    public static let types: [MessageType] = [.template, .subscribe, .miniProgram, .custom]

    /// One variable of a WeChat template.
    public struct Field: Equatable, Sendable {
        /// As the template has it: `thing1`.
        public var name: String
        /// What the variable becomes.
        public var value: EventTemplate

        /// The name is the template's own, such as `thing1`.
        public init(name: String, value: EventTemplate) {
            self.name = name
            self.value = value
        }
    }

    /// A message without variables.
    public init(app: String, type: MessageType, to: EventTemplate) {
        self.app = app
        self.type = type
        self.to = to
    }

    /// What is wrong with the rule as a sample shows: an event that has every variable that the templates name, each a short text.
    public func sampleProblems() -> [FieldProblem] {
        do throws(EventProblem) {
            return type.validate(try message(filledFrom: EventSample()))
        } catch {
            return [FieldProblem(field: error.path, problem: error.words)]
        }
    }

    /// WeChat's body.
    ///
    /// - Throws: what is missing in the event, or can't be shown.
    package func message(for event: SignedEvent) throws(EventProblem) -> [UInt8] {
        try message(filledFrom: event)
    }

    private func message(filledFrom source: some EventSource) throws(EventProblem) -> [UInt8] {
        var json = JSONWriter()
        json.begin("{")
        json.member("touser", try to.text(filledFrom: source))
        if type == .custom {
            json.member("msgtype", "text")
            let content = try text?.text(filledFrom: source) ?? ""
            json.member("text", object: { $0.member("content", content) })
        } else {
            json.member("template_id", templateID)
            if let url { json.member("url", try url.text(filledFrom: source)) }
            if let page { json.member("page", try page.text(filledFrom: source)) }
            json.key("data")
            json.begin("{")
            for field in data {
                let value = try field.value.text(filledFrom: source)
                json.member(field.name, object: { $0.member("value", value) })
            }
            json.end("}")
        }
        json.end("}")
        return json.bytes
    }
}
