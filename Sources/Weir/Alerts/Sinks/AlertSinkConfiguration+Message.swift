import WeChat

extension AlertSinkConfiguration {
    /// WeCom's limit of a robot's text, in bytes.
    static let wecomText = 2048
    /// As much of a text as is read on a phone; DingTalk's own limit is far above it.
    static let dingtalkText = 4096
    /// WeChat's limit of a customer-service text.
    static let customText = 2048

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

    /// A message's body as WeChat or the robot's vendor takes it.
    func body(_ content: AlertContent, to recipient: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            switch channel {
            case .wechat(let sink): sink.write(content, to: recipient, in: &json)
            case .robot(let sink): sink.write(content, in: &json)
            }
        }
        return json.bytes
    }
}

extension AlertMessageConfiguration {
    fileprivate func write(_ content: AlertContent, to recipient: String, in json: inout JSONWriter) {
        json.member("touser", recipient)
        guard type != .custom else {
            json.member("msgtype", "text")
            let text = content.text(text, bytes: AlertSinkConfiguration.customText)
            json.member("text", object: { $0.member("content", text) })
            return
        }
        json.member("template_id", templateID)
        if let link {
            let text = link.filled { content.value($0, room: 0) }
            if type == .template {
                json.member("url", AlertText.link(text))
            } else if !text.isEmpty {
                json.member("page", AlertText.cut(text, bytes: 1024))
            }
        }
        json.member(
            "data",
            object: { data in
                for field in fields { data.member(field.name, object: { $0.member("value", content.field(field)) }) }
            }
        )
    }
}

extension AlertRobotConfiguration {
    /// Always plain text: in markdown a label could bring links and mentions of its own.
    fileprivate func write(_ content: AlertContent, in json: inout JSONWriter) {
        json.member("msgtype", "text")
        switch robot.kind {
        case .dingtalk:
            let text = content.text(text, bytes: AlertSinkConfiguration.dingtalkText)
            json.member("text", object: { $0.member("content", text) })
            json.member(
                "at",
                object: { at in
                    at.member("atMobiles", array: { list in for mobile in mobiles { list.string(mobile) } })
                    at.member("isAtAll", mentionsAll)
                }
            )
        case .wecom:
            // `<@user>` mentions somebody even in plain text: whom, is the configuration's to say.
            let text = content.text(text, bytes: AlertSinkConfiguration.wecomText).replacing("<@", with: "@")
            json.member(
                "text",
                object: { body in
                    body.member("content", text)
                    body.member("mentioned_list", array: { list in for user in mentioned { list.string(user) } })
                    body.member(
                        "mentioned_mobile_list",
                        array: { list in for number in mobiles { list.string(number) } }
                    )
                }
            )
        }
    }
}
