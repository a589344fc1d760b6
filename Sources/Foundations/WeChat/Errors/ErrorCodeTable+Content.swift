extension ErrorCodeTable {
    /// Media, links, OAuth and other parameters.
    static let content: [ErrorCodeEntry] = media + parameters + logins + limits

    private static let media: [ErrorCodeEntry] = [
        .request(40004, "invalid media type", "媒体文件类型不合法", do: .uploadAnew),
        .request(40005, "invalid file type", "文件类型不合法", do: .uploadAnew),
        .request(40006, "invalid file size", "文件大小不合法", do: .uploadAnew),
        .request(40007, "invalid media_id", "media_id 不合法", do: .uploadAnew),
        .request(40009, "invalid image size", "图片大小不合法", do: .uploadAnew),
        .request(40010, "invalid voice size", "语音大小不合法", do: .uploadAnew),
        .request(40011, "invalid video size", "视频大小不合法", do: .uploadAnew),
        .request(40012, "invalid thumb size", "缩略图大小不合法", do: .uploadAnew),
        .request(40118, "invalid media_id length", "media_id 长度不合法", do: .uploadAnew),
        .request(40121, "invalid media_id type", "media_id 类型不合法", do: .uploadAnew),
        .call(40137, "invalid image format", "图片格式不支持", do: .uploadAnew),
        .call(41005, "media missing", "缺少媒体文件数据", do: .uploadAnew),
        .request(41006, "media_id missing", "缺少 media_id", do: .uploadAnew),
        .call(44001, "empty media", "媒体文件为空", do: .uploadAnew),
    ]

    private static let parameters: [ErrorCodeEntry] = [
        .call(40050, "invalid group id", "分组 id 不合法"),
        .call(40051, "invalid group name", "分组名字不合法"),
        .call(40066, "unknown api path", "没有这个接口路径", .api, do: .checkPath),
        .call(40102, "invalid industry id", "行业编号不合法"),
        .call(40117, "invalid group name", "分组名字不合法"),
        .call(40119, "invalid button type", "按钮类型不合法"),
        .call(40120, "invalid sub-button type", "子按钮类型不合法"),
        .call(40132, "invalid WeChat id", "微信号不合法"),
        .call(40201, "no callback URL", "没有设置回调地址"),
        .call(40202, "invalid check action", "网络检测的 action 不合法"),
        .call(40203, "invalid check operator", "网络检测的运营商参数不合法"),
        .call(40246, "template keywords empty or unknown", "模板关键词为空或不存在"),
        // Weir adds the token itself: met by a message, it is Weir's mistake.
        .call(41001, "access_token missing", "缺少 access_token", do: .sendToken),
        .call(41007, "sub-menu missing", "缺少子菜单数据"),
        .call(41009, "openid missing", "缺少 openid", do: .checkOpenID),
        .call(63001, "parameter missing", "缺少参数"),
        .call(63002, "invalid signature", "签名无效"),
        .call(87009, "invalid signature", "签名无效"),
    ]

    /// Of users, by OAuth.
    private static let logins: [ErrorCodeEntry] = [
        .call(40029, "invalid OAuth code", "OAuth code 无效", do: .logInAgain),
        .call(40030, "invalid refresh_token", "refresh_token 不合法", do: .logInAgain),
        .call(40163, "OAuth code already used", "OAuth code 已被使用", do: .logInAgain),
        .call(41003, "refresh_token missing", "缺少 refresh_token", do: .logInAgain),
        .call(41008, "OAuth code missing", "缺少 OAuth code", do: .logInAgain),
        .call(42002, "refresh_token expired", "refresh_token 已过期", do: .logInAgain),
        .call(42003, "OAuth code expired", "OAuth code 已过期", do: .logInAgain),
        .call(42007, "user changed the password", "用户修改了微信密码，凭证已失效", do: .logInAgain),
    ]

    /// 45001..45008: what is too large or too long.
    private static let limits: [ErrorCodeEntry] = [
        .request(45001, "media too large", "多媒体文件过大", do: .uploadAnew),
        .request(45002, "content too long", "内容过长", do: .shorten),
        .request(45003, "title too long", "标题过长", do: .shorten),
        .request(45004, "description too long", "描述过长", do: .shorten),
        .request(45005, "link too long", "链接过长", do: .shorten),
        .request(45006, "picture link too long", "图片链接过长", do: .shorten),
        .request(45007, "voice too long", "语音播放时间过长", do: .uploadAnew),
        .request(45008, "too many articles", "图文条数过多", do: .shorten),
    ]
}
