import Timekeeping
import WireJSON

/// What each vendor's robot is sent.
extension AlertRobotConfiguration {
    /// How its texts are written.
    var markup: AlertMarkup {
        guard format == .markdown else { return .plain }
        return switch robot.kind {
        case .dingtalk: .dingtalk
        case .wecom, .wecomApp, .feishu: .simple
        case .webhook: .plain
        }
    }

    /// Bytes of a text.
    var longestText: Int {
        switch robot.kind {
        case .wecom: format == .markdown ? AlertBodies.wecomMarkdown : AlertBodies.wecomText
        case .wecomApp: AlertBodies.wecomText
        case .dingtalk, .feishu: AlertBodies.longText
        case .webhook: AlertBodies.webhookText
        }
    }

    /// What follows the text where people are mentioned by what the text says: in markdown, and at Feishu.
    var mentions: String {
        let words: [String] =
            switch (robot.kind, format) {
            case (.dingtalk, .markdown): mobiles.map { "@\($0)" }
            case (.wecom, .markdown): mentioned.map { "<@\($0)>" }
            case (.feishu, .text):
                mentioned.map { "<at user_id=\"\($0)\"></at>" } + (mentionsAll ? ["<at user_id=\"all\"></at>"] : [])
            case (.feishu, .markdown):
                mentioned.map { "<at id=\($0)></at>" } + (mentionsAll ? ["<at id=all></at>"] : [])
            case (.dingtalk, .text), (.wecom, .text), (.wecomApp, _), (.webhook, _): []
            }
        return words.isEmpty ? "" : markup.lineBreak + words.joined(separator: " ")
    }

    /// What follows the text of a WeCom app: when it was made. WeCom shows the same request once in half an hour, by which it knows a
    /// repeat; an alert that fires again within that time is to be shown again.
    func stamp(_ now: Timestamp?) -> String {
        guard robot.kind == .wecomApp, let now else { return "" }
        return markup.lineBreak + AlertText.time(now)
    }

    /// A text in which nobody is mentioned: whom, is the configuration's to say. Markdown's values are safe already.
    func safe(_ text: String) -> String {
        switch (robot.kind, format) {
        // `<@user>` mentions somebody even in plain text.
        case (.wecom, .text): AlertText.withoutMentions(text)
        case (.feishu, .text): AlertText.withoutTags(text)
        // `<a href>` is a link.
        case (.wecomApp, .text): AlertText.withoutLinks(text)
        case (.dingtalk, _), (.webhook, _), (_, .markdown): text
        }
    }

    /// Writes a message's body.
    func write(_ message: AlertBody, to json: inout JSONWriter) {
        switch robot.kind {
        case .dingtalk: json.object { writeDingTalk(message, in: &$0) }
        case .wecom: json.object { writeWeCom(message, in: &$0) }
        case .wecomApp: json.object { writeWeComApp(message, in: &$0) }
        case .feishu: json.object { writeFeishu(message, in: &$0) }
        case .webhook: json.raw(message.json)
        }
    }

    private func writeDingTalk(_ message: AlertBody, in json: inout JSONWriter) {
        json.member("msgtype", format.rawValue)
        json.member(
            format.rawValue,
            object: { body in
                if format == .markdown { body.member("title", message.title) }
                body.member(format == .markdown ? "text" : "content", message.text)
            }
        )
        json.member(
            "at",
            object: { at in
                at.member("atMobiles", array: { list in for mobile in mobiles { list.string(mobile) } })
                at.member("isAtAll", mentionsAll)
            }
        )
    }

    private func writeWeCom(_ message: AlertBody, in json: inout JSONWriter) {
        json.member("msgtype", format.rawValue)
        json.member(
            format.rawValue,
            object: { body in
                body.member("content", message.text)
                guard format == .text else { return }
                body.member("mentioned_list", array: { list in for user in mentioned { list.string(user) } })
                body.member("mentioned_mobile_list", array: { list in for number in mobiles { list.string(number) } })
            }
        )
    }

    /// To whom it goes is added when it leaves.
    private func writeWeComApp(_ message: AlertBody, in json: inout JSONWriter) {
        json.member("msgtype", format.rawValue)
        json.member(format.rawValue, object: { $0.member("content", message.text) })
        json.member("enable_duplicate_check", 1)
        json.member("duplicate_check_interval", Robot.duplicateInterval)
    }

    private func writeFeishu(_ message: AlertBody, in json: inout JSONWriter) {
        guard format == .markdown else {
            json.member("msg_type", "text")
            json.member("content", object: { $0.member("text", message.text) })
            return
        }
        json.member("msg_type", "interactive")
        json.member(
            "card",
            object: { card in
                card.member("config", object: { $0.member("wide_screen_mode", true) })
                card.member(
                    "header",
                    object: { header in
                        header.member("template", message.tone.colour)
                        header.member(
                            "title",
                            object: { AlertRobotConfiguration.write("plain_text", message.title, in: &$0) }
                        )
                    }
                )
                card.member(
                    "elements",
                    array: { elements in
                        elements.object { element in
                            element.member("tag", "div")
                            element.member(
                                "text",
                                object: { AlertRobotConfiguration.write("lark_md", message.text, in: &$0) }
                            )
                        }
                    }
                )
            }
        )
    }

    private static func write(_ tag: String, _ content: String, in json: inout JSONWriter) {
        json.member("tag", tag)
        json.member("content", content)
    }
}

extension AlertBody.Tone {
    /// Of a card's title, as Feishu names them.
    fileprivate var colour: String {
        switch self {
        case .critical: "red"
        case .firing: "orange"
        case .resolved: "green"
        case .summary: "blue"
        }
    }
}
