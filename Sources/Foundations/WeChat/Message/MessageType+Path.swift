extension MessageType {
    /// What is known of the path whose lane its messages wait in.
    package var descriptor: APIDescriptor {
        switch self {
        case .template, .subscribe, .miniProgram, .custom, .mass:
            APICatalog.descriptor(method: "POST", path: lanePath)
        // No path of WeChat's, and so not in its catalog. Neither vendor knows a repeat for one.
        case .dingtalk, .wecom:
            APIDescriptor(label: lanePath, group: .robot, repeatability: .never)
        }
    }

    /// The type whose messages wait in the lane of this path.
    package init?(api path: String) {
        guard let type = MessageType.allCases.first(where: { $0.lanePath == path }) else { return nil }
        self = type
    }
}
