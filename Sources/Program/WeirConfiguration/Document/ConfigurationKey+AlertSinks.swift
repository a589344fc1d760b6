import Weir

extension ConfigurationKey.AlertSink: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout AlertSinkConfiguration) {
        guard types.contains(values.type) else { return reader.reportStray(field, in: values) }
        switch self {
        // `sink` has read it: it says which other keys there are.
        case .type: break
        case .rate:
            guard let rate = reader.alertRate(field, isRobot: values.group != nil) else { return }
            values.rate = rate
            values.group?.robot.rate = rate
        case .app: values.message?.app = reader.choice(field, of: reader.appNames) ?? ""
        case .to: values.message?.recipients = reader.texts(field, what: "openid")
        case .templateID: values.message?.templateID = reader.scalar(field)?.text ?? ""
        case .accessToken, .key: values.group?.robot.key = reader.robotKey(field, rawValue) ?? ""
        case .secret: values.group?.robot.secret = reader.secret(field)
        case .url where values.group != nil:
            if let origin = reader.host(field) { values.group?.robot.origin = origin }
        case .url, .page: values.message?.link = reader.template(field)
        case .fields: values.message?.fields = reader.fields(field)
        case .text:
            guard let text = reader.template(field) else { return }
            values.message?.text = text
            values.group?.text = text
        case .atMobiles, .mentionedMobiles: values.group?.mobiles = reader.texts(field, what: "number")
        case .atAll: values.group?.mentionsAll = reader.boolean(field) ?? false
        case .mentioned: values.group?.mentioned = reader.texts(field, what: "user")
        }
    }

    func shown(_ values: AlertSinkConfiguration) -> ShownValue {
        guard types.contains(values.type) else { return .nothing }
        let (message, group) = (values.message, values.group)
        func secret(_ items: [String]?) -> ShownValue { .secret((items ?? []).joined(separator: "\n")) }
        return switch self {
        case .type: .text(values.type)
        case .rate: .text(ConfigurationKey.Limit.line(values.rate))
        case .app: .text(message?.app ?? "none")
        case .to: secret(message?.recipients)
        case .templateID: .text(message?.templateID ?? "none")
        case .accessToken, .key: secret(group.map { [$0.robot.key] })
        case .secret: group?.robot.secret.map { .secret($0) } ?? .text("none")
        case .url, .page: .text(group?.robot.origin ?? message?.link?.source ?? "none")
        case .fields:
            .text(ConfigurationSettings.bracketed((message?.fields ?? []).map { "\($0.name): \($0.value.source)" }))
        case .text: .text((group?.text ?? message?.text)?.source ?? "none")
        // Numbers and users are people, as openids are.
        case .atMobiles, .mentionedMobiles: secret(group?.mobiles)
        case .atAll: .text("\(group?.mentionsAll ?? false)")
        case .mentioned: secret(group?.mentioned)
        }
    }

    var needsRestart: Bool { false }

    /// The types of sink that have it. `docs/configuration.md` names the same ones.
    var types: [String] {
        typealias Message = AlertMessageConfiguration.Kind
        typealias Robot = RobotConfiguration.Kind
        let owners: (messages: [Message], robots: [Robot]) =
            switch self {
            case .type, .rate: (Message.allCases, Robot.allCases)
            case .app, .to: (Message.allCases, [])
            case .templateID, .fields: ([.template, .subscribe], [])
            case .url: ([.template], Robot.allCases)
            case .page: ([.subscribe], [])
            case .text: ([.custom], Robot.allCases)
            case .accessToken, .secret, .atMobiles, .atAll: ([], [.dingtalk])
            case .key, .mentioned, .mentionedMobiles: ([], [.wecom])
            }
        return owners.messages.map(\.rawValue) + owners.robots.map(\.rawValue)
    }

    /// Whether a sink that can have it must have it.
    var isRequired: Bool {
        switch self {
        case .type, .app, .to, .templateID, .fields, .accessToken, .key: true
        case .rate, .secret, .url, .page, .text, .atMobiles, .atAll, .mentioned, .mentionedMobiles: false
        }
    }
}

extension AlertSinkConfiguration {
    /// Its name in the file.
    var type: String {
        switch channel {
        case .wechat(let message): message.kind.rawValue
        case .robot(let robot): robot.robot.kind.rawValue
        }
    }

    /// What it has if it is people on WeChat.
    var message: AlertMessageConfiguration? {
        get { if case .wechat(let message) = channel { message } else { nil } }
        set { if let newValue { channel = .wechat(newValue) } }
    }

    /// What it has if it is a robot's group.
    var group: AlertRobotConfiguration? {
        get { if case .robot(let robot) = channel { robot } else { nil } }
        set { if let newValue { channel = .robot(newValue) } }
    }
}
