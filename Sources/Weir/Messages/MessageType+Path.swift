import WeChat

extension MessageType {
    /// The path whose lane a message waits in. Mass messages wait in one, though their body decides between two paths.
    var lanePath: String {
        switch self {
        case .template: "/cgi-bin/message/template/send"
        case .subscribe: "/cgi-bin/message/subscribe/bizsend"
        case .miniProgram: "/cgi-bin/message/subscribe/send"
        case .custom: "/cgi-bin/message/custom/send"
        case .mass: "/cgi-bin/message/mass/send"
        case .dingtalk: "/robot/send"
        case .wecom: "/cgi-bin/webhook/send"
        }
    }

    /// What is known of that path.
    var descriptor: APIDescriptor {
        switch self {
        case .template, .subscribe, .miniProgram, .custom, .mass:
            APICatalog.descriptor(method: "POST", path: lanePath)
        // No path of WeChat's, and so not in its catalog. Neither vendor knows a repeat for one.
        case .dingtalk, .wecom:
            APIDescriptor(label: lanePath, group: .robot, repeatability: .never)
        }
    }

    /// The type whose messages wait in the lane of this path.
    init?(api path: String) {
        guard let type = MessageType.allCases.first(where: { $0.lanePath == path }) else { return nil }
        self = type
    }
}
