import Timekeeping
import WeChat
import WireJSON

/// What one notification says to a sink's recipients: its texts are filled once, and each gets a body of their own.
struct AlertBodies: Sendable {
    /// WeCom's limit of a robot's text, in bytes.
    static let wecomText = 2048
    /// As much of a text as is read on a phone; DingTalk's own limit is far above it.
    static let dingtalkText = 4096
    /// WeChat's limit of a customer-service text.
    static let customText = 2048

    /// What each message keeps of the notification.
    private(set) var metadata: [UInt8] = []
    private let channel: AlertSinkConfiguration.Channel
    private var text = ""
    private var link: String?
    private var fields: [(name: String, value: String)] = []

    /// - Parameter now: what a time shows where no alert says when it began.
    init(_ content: AlertContent, for sink: AlertSinkConfiguration, at now: Timestamp? = nil) {
        channel = sink.channel
        var filling = AlertFilling(content, at: now)
        switch channel {
        case .wechat(let sink) where sink.type == .custom:
            text = filling.text(sink.text, bytes: AlertBodies.customText)
        case .wechat(let sink):
            let address = sink.link.map { filling.line($0, room: 0) } ?? ""
            if sink.type == .template {
                link = AlertText.link(address)
            } else if !AlertText.isBlank(address) {
                link = AlertText.cut(address, bytes: 1024)
            }
            for field in sink.fields { fields.append((field.name, filling.field(field))) }
        case .robot(let sink):
            switch sink.robot.kind {
            case .dingtalk: text = filling.text(sink.text, bytes: AlertBodies.dingtalkText)
            // `<@user>` mentions somebody even in plain text: whom, is the configuration's to say.
            case .wecom: text = AlertText.withoutMentions(filling.text(sink.text, bytes: AlertBodies.wecomText))
            }
        }
    }

    init(_ content: AlertContent, of delivery: AlertDelivery, at now: Timestamp) {
        self.init(content, for: delivery.sink, at: now)
        var isSummary = false
        if case .summary = content { isSummary = true }
        metadata = delivery.metadata(isSummary: isSummary)
    }

    /// A message's body as WeChat or the robot's vendor takes it.
    func body(to recipient: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            switch channel {
            case .wechat(let sink): write(sink, to: recipient, in: &json)
            case .robot(let sink): write(sink, in: &json)
            }
        }
        return json.bytes
    }

    private func write(_ sink: AlertMessageConfiguration, to recipient: String, in json: inout JSONWriter) {
        json.member("touser", recipient)
        guard sink.type != .custom else {
            json.member("msgtype", "text")
            json.member("text", object: { $0.member("content", text) })
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

    /// Always plain text: in markdown a label could bring links and mentions of its own.
    private func write(_ sink: AlertRobotConfiguration, in json: inout JSONWriter) {
        json.member("msgtype", "text")
        switch sink.robot.kind {
        case .dingtalk:
            json.member("text", object: { $0.member("content", text) })
            json.member(
                "at",
                object: { at in
                    at.member("atMobiles", array: { list in for mobile in sink.mobiles { list.string(mobile) } })
                    at.member("isAtAll", sink.mentionsAll)
                }
            )
        case .wecom:
            json.member(
                "text",
                object: { body in
                    body.member("content", text)
                    body.member("mentioned_list", array: { list in for user in sink.mentioned { list.string(user) } })
                    body.member(
                        "mentioned_mobile_list",
                        array: { list in for number in sink.mobiles { list.string(number) } }
                    )
                }
            )
        }
    }
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

    /// The app that the dispatcher sends for, by its name.
    func appName(sink: String) -> String {
        switch channel {
        case .wechat(let message): message.app
        case .robot: Robot.appName(sink: sink)
        }
    }
}
