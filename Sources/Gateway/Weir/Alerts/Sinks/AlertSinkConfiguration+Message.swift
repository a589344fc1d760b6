import WeChat

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
