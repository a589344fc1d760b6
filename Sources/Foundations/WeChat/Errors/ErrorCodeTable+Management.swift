extension ErrorCodeTable {
    /// Menus, tags, templates, customer service, statistics and quotas.
    static let management: [ErrorCodeEntry] =
        [
            .call(45010, "too many menus", "菜单个数超过上限"),
            .call(45016, "system group", "系统分组不能修改"),
            .call(45017, "group name too long", "分组名字过长"),
            .call(45018, "too many groups", "分组数量超过上限"),
            .call(45026, "too many templates", "模板数量超过上限", .app, do: .deleteTemplate),
            .call(45027, "template conflicts with the industry", "模板与所属行业不符", .app),
            .call(45056, "too many tags", "标签数量超过上限"),
            .call(45157, "invalid tag name", "标签名不合法"),
            .call(45158, "tag name too long", "标签名过长"),
            .call(45159, "invalid tag id", "标签 id 不合法"),
            .request(46001, "no such media", "媒体数据不存在", do: .uploadAnew),
            .call(46002, "no such menu version", "菜单版本不存在"),
            .call(46003, "no such menu", "菜单数据不存在"),
            .call(48005, "material in use", "素材正被引用，不能删除"),
            .call(61500, "invalid date format", "日期格式不对"),
            .call(61501, "invalid date range", "日期范围不对"),
            .call(65400, "customer-service records not enabled", "没有启用客服聊天记录", .api),
            .call(65416, "invalid customer-service query", "客服记录的查询参数不对", .api),
            .call(65417, "invalid customer-service range", "客服记录的查询范围不对", .api),
            .call(76001, "no such rid", "rid 不存在", do: .checkRequestID),
            .call(76002, "malformed rid", "rid 格式不对", do: .checkRequestID),
            .call(76003, "another account's rid, or malformed path", "rid 属于别的账号，或路径格式不对", do: .checkRequestID),
            .call(76004, "rid older than 7 days", "rid 已超过 7 天", do: .checkRequestID),
            .call(76021, "unknown cgi_path", "cgi_path 不存在"),
            .call(76022, "not an api of this account", "该接口不属于本账号"),
            .call(200_012, "too many private templates", "个人模板数量超过上限", .app, do: .deleteTemplate),
        ]
        + (61451...61457).map { .call($0, "customer-service parameter or account error", "客服参数或客服账号错误") }
        + (65301...65317).map { .call($0, "conditional menu error", "个性化菜单错误") }
        + ([200_001, 200_002, 200_014] + (200_016...200_022)).map {
            .call($0, "subscription template parameter error", "订阅消息模板参数错误")
        }
}
