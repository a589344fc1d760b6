extension ErrorCodeTable {
    /// Tokens, secrets, addresses, and what the account may do.
    ///
    /// `proves` stands where nothing that a caller writes can draw the code. 50002 has it not, as WeChat's text ("user
    /// limited") leaves open which user; the codes of components have it not, as a call may name a component.
    static let credentials: [ErrorCodeEntry] = [
        .token(40001, "access token invalid or superseded", "access_token 无效或已被新的取代"),
        .token(40014, "access token invalid", "access_token 不合法"),
        .token(42001, "access token expired", "access_token 已过期"),
        .credentials(40002, "invalid grant_type", "grant_type 不合法", do: .compareCredentials),
        .credentials(40013, "invalid appid", "AppID 不合法", do: .setAppID),
        .credentials(40125, "invalid AppSecret", "AppSecret 无效", do: .setSecret),
        .credentials(40164, "caller's IP not on the allow-list", "调用方 IP 不在白名单中", do: .allowAddress, proves: true),
        .credentials(40243, "AppSecret frozen", "AppSecret 已被冻结", do: .unfreezeSecret, proves: true),
        .credentials(41002, "appid missing", "缺少 appid", do: .compareCredentials),
        .credentials(41004, "secret missing", "缺少 secret", do: .compareCredentials),
        .credentials(45035, "client IP not registered", "调用方 IP 未登记", do: .allowAddress, proves: true),
        .credentials(50004, "token endpoint forbidden", "被禁止获取 access_token", do: .appeal, proves: true),
        .credentials(50007, "account frozen", "账号已冻结", do: .appeal, proves: true),
        .credentials(61004, "client IP not registered", "调用方 IP 未登记", do: .allowAddress, proves: true),
        .credentials(
            89501,
            "admin confirmation of this IP pending",
            "此 IP 正等待管理员确认",
            do: .confirmAddress,
            proves: true
        ),
        .credentials(89503, "admin must confirm this IP", "此 IP 调用需要管理员确认", do: .confirmAddress, proves: true),
        .credentials(
            89506,
            "admin refused this IP, 24 hours",
            "管理员拒绝了此 IP，24 小时内不能调用",
            do: .confirmAddress,
            proves: true
        ),
        .credentials(
            89507,
            "admin refused this IP, 1 hour",
            "管理员拒绝了此 IP，1 小时内不能调用",
            do: .confirmAddress,
            proves: true
        ),
        .account(40200, "account type has no such api", "账号类型不支持此接口", do: .grant),
        .account(43104, "no permission for the api", "没有该接口的权限", do: .grant),
        .account(43106, "barred from adding templates", "因违规被禁止添加模板", do: .appeal),
        .account(43107, "subscription messages banned", "订阅消息能力被封禁", .app, do: .appeal, proves: true),
        .account(43116, "template banned", "该模板已被封禁", .template, do: .useAnotherTemplate),
        .account(45103, "api unsupported for this account type", "此类账号不支持该接口", do: .grant),
        .account(48001, "api not authorised, or token of another account type", "接口未授权，或凭证属于另一类账号", do: .grant),
        .account(48003, "mass agreement not accepted", "管理员未同意群发协议", do: .acceptAgreement),
        .account(48004, "api banned for violations", "接口因违规被封禁", do: .appeal),
        .account(48008, "message type not allowed", "没有发送该类消息的权限", do: .grant),
        .account(50001, "api not authorised by the user", "用户未授权该接口", do: .grant),
        .account(50002, "account limited for violations", "账号因违规受限", .app, do: .appeal),
        .account(53500, "publishing banned", "发布功能被封禁", do: .appeal),
        .account(61003, "not authorised to the component", "未授权给该第三方平台", .app, do: .authoriseComponent),
        .account(61007, "api not authorised to the component", "该接口未授权给第三方平台", .app, do: .authoriseComponent),
        .account(
            61023,
            "component refresh token invalid",
            "第三方平台的刷新凭证无效",
            .app,
            do: .authoriseComponent
        ),
        .account(89504, "mass send waits for the admin", "群发正等待管理员确认", .message, do: .confirmMass),
        .account(89505, "mass send refused by the admin", "群发被管理员拒绝", .message, do: .confirmMass),
        .account(200_011, "account banned", "账号已被封禁", .app, do: .appeal, proves: true),
        .account(200_013, "template banned", "该模板已被封禁", .template, do: .useAnotherTemplate),
        .account(200_100, "wrong account type", "账号类型不对", .app, do: .grant),
    ]
}
