import Weir

extension ConfigurationKey.AlertSink: SectionKey {
    func read(_ field: Field, by reader: inout DocumentReader, into values: inout AlertSinkConfiguration) {
        guard types.contains(values.type) else { return reader.reportStray(field, in: values) }
        switch self {
        // `sink` has read it: it says which other keys there are.
        case .type: break
        case .language:
            let languages = AlertLanguage.allCases.map { (name: $0.rawValue, value: $0) }
            reader.set(&values.language, reader.choice(field, of: languages))
        case .rate: readRate(field, by: &reader, into: &values)
        case .app: values.message?.app = reader.choice(field, of: reader.appNames) ?? ""
        case .to where values.group != nil: values.group?.robot.audience.users = reader.members(field)
        case .to: values.message?.recipients = reader.texts(field, what: "openid", mayBeEmpty: false)
        case .parties: values.group?.robot.audience.parties = reader.numbers(field, what: "department's number")
        case .tags: values.group?.robot.audience.tags = reader.numbers(field, what: "tag's number")
        case .corpid: values.group?.robot.key = reader.appID(field, what: "a corpid") ?? ""
        case .agentid:
            if let number = reader.integer(field, in: 0...Int(Int32.max)) { values.group?.robot.agentID = number }
        case .templateID: values.message?.templateID = reader.scalar(field)?.text ?? ""
        case .accessToken, .key, .token: values.group?.keys = reader.robotKeys(field, rawValue)
        // After the keys, with which they go together.
        case .secret:
            let count = values.group?.robots.count ?? 1
            values.group?.secrets = reader.robotSecrets(field, of: count)
        case .url where values.group?.robot.kind == .webhook:
            guard let address = reader.address(field) else { return }
            values.group?.robot.origin = address.origin
            values.group?.robot.key = address.target
        case .url where values.group != nil:
            if let origin = reader.host(field) { values.group?.robot.origin = origin }
        case .url, .page: values.message?.link = reader.template(field)
        case .headers: values.group?.robot.headers = reader.headers(field)
        case .fields: values.message?.fields = reader.fields(field)
        case .format:
            let formats = AlertRobotConfiguration.Format.allCases.map { (name: $0.rawValue, value: $0) }
            if let format = reader.choice(field, of: formats) { values.group?.format = format }
        case .text:
            guard let text = reader.template(field) else { return }
            values.message?.text = text
            values.group?.text = text
        case .body: values.group?.body = reader.alertJSON(field)
        case .parts:
            guard let parts = reader.integer(field, in: 1...AlertRobotConfiguration.usualParts) else { return }
            values.message?.parts = parts
            values.group?.parts = parts
        case .atMobiles, .mentionedMobiles: values.group?.mobiles = reader.texts(field, what: "number")
        case .atAll: values.group?.mentionsAll = reader.boolean(field) ?? false
        case .mentioned: values.group?.mentioned = reader.texts(field, what: "user")
        }
    }

    private func readRate(_ field: Field, by reader: inout DocumentReader, into values: inout AlertSinkConfiguration) {
        guard let rate = reader.alertRate(field, of: values.group?.robot.kind) else { return }
        values.rate = rate
        // Feishu's robots keep their own, which a second's limit holds back too.
        if values.group?.robot.kind != .feishu { values.group?.robot.rate = rate }
    }

    func shown(_ values: AlertSinkConfiguration) -> ShownValue {
        guard types.contains(values.type) else { return .nothing }
        let (message, group) = (values.message, values.group)
        func secret(_ items: [String]?) -> ShownValue { .secret((items ?? []).joined(separator: "\n")) }
        return switch self {
        case .type: .text(values.type)
        case .language: .text(values.language.rawValue)
        case .rate: .text(ConfigurationKey.Limit.line(values.rate))
        case .app: .text(message?.app ?? "none")
        case .to: secret(message?.recipients ?? group?.robot.audience.users)
        case .parties: .text(ConfigurationSettings.bracketed(group?.robot.audience.parties ?? []))
        case .tags: .text(ConfigurationSettings.bracketed(group?.robot.audience.tags ?? []))
        case .corpid: .text(group?.robot.key ?? "none")
        case .agentid: .text("\(group?.robot.agentID ?? 0)")
        case .templateID: .text(message?.templateID ?? "none")
        case .accessToken, .key, .token: secret(group?.robots.map(\.key))
        case .secret:
            group?.robot.secret == nil ? .text("none") : secret(group?.robots.map { $0.secret ?? "" })
        // Its path may be what lets one in.
        case .url where group?.robot.kind == .webhook: secret(group.map { [$0.robot.origin, $0.robot.key] })
        case .headers:
            .below { path in
                (group?.robot.headers ?? [:]).sorted { $0.key < $1.key }
                    .map { Setting("\(path).\($0.key)", secret: $0.value, needsRestart: needsRestart) }
            }
        case .format: .text(group?.format.rawValue ?? "none")
        case .body: .text(group?.body?.source ?? "none")
        case .parts: .text("\(group?.parts ?? message?.parts ?? 1)")
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
            case .type, .language, .rate: (Message.allCases, Robot.allCases)
            case .app: (Message.allCases, [])
            case .to: (Message.allCases, [.wecomApp])
            case .parties, .tags, .corpid, .agentid: ([], [.wecomApp])
            case .templateID, .fields: ([.template, .subscribe], [])
            case .url: ([.template], Robot.allCases)
            case .page: ([.subscribe], [])
            case .text: ([.custom], [.dingtalk, .wecom, .wecomApp, .feishu])
            case .parts: ([.custom], Robot.allCases)
            case .format: ([], [.dingtalk, .wecom, .wecomApp, .feishu])
            case .accessToken, .atMobiles: ([], [.dingtalk])
            case .secret: ([], [.dingtalk, .wecomApp, .feishu])
            case .atAll: ([], [.dingtalk, .feishu])
            case .key, .mentionedMobiles: ([], [.wecom])
            case .mentioned: ([], [.wecom, .feishu])
            case .token: ([], [.feishu])
            case .headers, .body: ([], [.webhook])
            }
        return owners.messages.map(\.rawValue) + owners.robots.map(\.rawValue)
    }

    /// Whether such a sink must have it.
    func isRequired(by type: String) -> Bool {
        switch self {
        case .type, .app, .templateID, .fields, .accessToken, .key, .token, .corpid, .agentid: true
        // Whom a WeCom app writes to may be said in three ways.
        case .to: type != RobotConfiguration.Kind.wecomApp.rawValue
        case .secret: type == RobotConfiguration.Kind.wecomApp.rawValue
        case .url: type == RobotConfiguration.Kind.webhook.rawValue
        case .language, .rate, .parties, .tags, .headers, .page, .format, .text, .body, .parts, .atMobiles, .atAll,
            .mentioned, .mentionedMobiles:
            false
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

extension AlertRobotConfiguration {
    /// What each robot of the group is reached with.
    fileprivate var keys: [String] {
        get { robots.map(\.key) }
        set {
            robot.key = newValue.first ?? ""
            others = newValue.dropFirst().map { RobotConfiguration.Credentials(key: $0) }
        }
    }

    /// The robots' secrets, as many as there are robots, or none.
    fileprivate var secrets: [String] {
        get { robots.compactMap(\.secret) }
        set {
            robot.secret = newValue.first
            for (index, secret) in newValue.dropFirst().enumerated() where index < others.count {
                others[index].secret = secret
            }
        }
    }
}
