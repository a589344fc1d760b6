import Timekeeping
import WeChat
import WireJSON

/// What one notification says to a sink's recipients: its texts are filled once, and each gets bodies of their own.
struct AlertBodies: Sendable {
    /// WeCom's limit of a robot's text, and of an app's text and markdown, in bytes.
    static let wecomText = 2048
    /// WeCom's limit of a robot's markdown.
    static let wecomMarkdown = 4096
    /// As much of a text as is read on a phone; the limits of DingTalk and Feishu (20 KB) are far above it.
    static let longText = 4096
    /// WeChat's limit of a customer-service text.
    static let customText = 2048
    /// Of a text for an address of one's own.
    static let webhookText = 16384

    /// What each message keeps of the notification.
    private(set) var metadata: [UInt8] = []
    private let sink: AlertSinkConfiguration
    /// Of each message what it is about, in a line, and what it says.
    private var messages: [AlertBody] = []
    private var link: String?
    private var fields: [(name: String, value: String)] = []

    /// How many messages each recipient gets.
    var count: Int { messages.count }

    /// - Parameter now: what a time shows where no alert says when it began.
    init(_ content: AlertContent, for sink: AlertSinkConfiguration, at now: Timestamp? = nil) {
        self.sink = sink
        switch sink.channel {
        case .wechat(let message):
            var filling = AlertFilling(content, in: sink.language, at: now)
            if message.type == .custom {
                let texts = filling.texts(message.text, bytes: AlertBodies.customText, most: message.parts)
                messages = texts.map { AlertBody(text: $0) }
            } else {
                fill(message, &filling)
            }
        case .robot(let group): fill(group, content, at: now)
        }
    }

    init(_ content: AlertContent, of delivery: AlertDelivery, at now: Timestamp) {
        self.init(content, for: delivery.sink, at: now)
        var isSummary = false
        if case .summary = content { isSummary = true }
        metadata = delivery.metadata(isSummary: isSummary)
    }

    private mutating func fill(_ message: AlertMessageConfiguration, _ filling: inout AlertFilling) {
        messages = [AlertBody()]
        let address = message.link.map { filling.line($0) } ?? ""
        if message.type == .template {
            link = AlertText.link(address)
        } else if !AlertText.isBlank(address) {
            link = AlertText.cut(address, bytes: 1024)
        }
        for field in message.fields { fields.append((field.name, filling.field(field))) }
    }

    /// A message's body as WeChat or the robot's vendor takes it.
    ///
    /// - Parameter part: of ``count``, from 0.
    func body(to recipient: String, part: Int = 0) -> [UInt8] {
        let message = messages[part]
        var json = JSONWriter()
        switch sink.channel {
        case .wechat(let sink): json.object { write(sink, message, to: recipient, in: &$0) }
        case .robot(let group): group.write(message, to: &json)
        }
        return json.bytes
    }

    private func write(
        _ sink: AlertMessageConfiguration,
        _ message: AlertBody,
        to recipient: String,
        in json: inout JSONWriter
    ) {
        json.member("touser", recipient)
        guard sink.type != .custom else {
            json.member("msgtype", "text")
            json.member("text", object: { $0.member("content", message.text) })
            return
        }
        json.member("template_id", sink.templateID)
        if let link { json.member(sink.type == .template ? "url" : "page", link) }
        json.member(
            "data",
            object: { data in
                for field in fields { data.member(field.name, object: { $0.member("value", field.value) }) }
            }
        )
    }

    // MARK: Robots

    private mutating func fill(_ group: AlertRobotConfiguration, _ content: AlertContent, at now: Timestamp?) {
        let markup = group.markup
        let linkRoom = group.longestText / 2
        var filling = AlertFilling(content, in: sink.language, markup: markup, linkRoom: linkRoom, at: now)
        if group.robot.kind == .webhook { return fill(group.body ?? .standard, group.parts, &filling) }
        let isCard = group.robot.kind == .feishu && markup != .plain
        var template = group.text
        if markup != .plain, template == .standard { template = isCard ? .cardBody : .markdown }
        let tail = group.mentions + group.stamp(now)
        let texts = filling.texts(
            template,
            bytes: group.longestText - tail.utf8.count,
            most: group.parts,
            isTitled: isCard
        )
        for (index, text) in texts.enumerated() {
            let title = filling.title(index + 1, of: texts.count)
            messages.append(
                AlertBody(title: title, text: group.safe(text) + tail, tone: AlertBody.Tone(content))
            )
        }
    }

    /// The text with the list decides how many messages there are; what stands beside it is the same in each.
    private mutating func fill(_ body: AlertJSON, _ most: Int, _ filling: inout AlertFilling) {
        let pages = body.listing.map { filling.texts($0, bytes: AlertBodies.webhookText, most: most) } ?? [""]
        for page in pages {
            var json = JSONWriter()
            body.write(to: &json) { template in
                template == body.listing
                    ? page : AlertText.cut(filling.line(template), bytes: AlertBodies.webhookText)
            }
            messages.append(AlertBody(json: json.bytes))
        }
    }
}

/// What one message says.
struct AlertBody: Sendable {
    /// What a reader is to feel about it.
    enum Tone: Sendable {
        case critical, firing, resolved, summary

        init(_ content: AlertContent) {
            self =
                switch content {
                case .summary: .summary
                case .notification(let notification) where !notification.isFiring: .resolved
                case .notification(let notification):
                    notification.alerts.contains { $0.isFiring && $0.isCritical } ? .critical : .firing
                }
        }
    }

    var title = ""
    var text = ""
    var tone = Tone.firing
    /// The whole body, where it is made already.
    var json: [UInt8] = []
}

extension AlertSinkConfiguration {
    /// The type of its messages.
    var messageType: MessageType {
        switch channel {
        case .wechat(let sink): sink.type
        case .robot(let sink): Robot(sink.robot).type
        }
    }

    /// Whom each notification goes to: a message each. A robot is one, without a name.
    var recipients: [String] {
        switch channel {
        case .wechat(let sink): sink.recipients
        case .robot: [""]
        }
    }

    /// The apps that the dispatcher sends for, by their names: one, but for a pool of robots.
    func appNames(sink: String) -> [String] {
        switch channel {
        case .wechat(let message): [message.app]
        case .robot(let group): group.robots.indices.map { Robot.appName(sink: sink, number: $0) }
        }
    }
}
