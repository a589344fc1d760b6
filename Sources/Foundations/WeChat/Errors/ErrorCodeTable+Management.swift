extension ErrorCodeTable {
    /// Menus, tags, templates, customer service, statistics and quotas.
    static let management: [ErrorCodeEntry] =
        [
            .request(45010, "too many menus"),
            .request(45016, "system group"),
            .request(45017, "group name too long"),
            .request(45018, "too many groups"),
            .request(45026, "too many templates", .app),
            .request(45027, "template conflicts with the industry", .app),
            .request(45056, "too many tags"),
            .request(45157, "invalid tag name"),
            .request(45158, "tag name too long"),
            .request(45159, "invalid tag id"),
            .request(46001, "no such media"),
            .request(46002, "no such menu version"),
            .request(46003, "no such menu"),
            .request(48005, "material in use"),
            .request(61500, "invalid date format"),
            .request(61501, "invalid date range"),
            .request(65400, "customer-service records not enabled", .api),
            .request(65416, "invalid customer-service query", .api),
            .request(65417, "invalid customer-service range", .api),
            .request(76001, "no such rid"),
            .request(76002, "malformed rid"),
            .request(76003, "another account's rid, or malformed path"),
            .request(76004, "rid older than 7 days"),
            .request(76021, "unknown cgi_path"),
            .request(76022, "not an api of this account"),
            .request(200_012, "too many private templates", .app),
        ]
        + (61451...61457).map { .request($0, "customer-service parameter or account error") }
        + (65301...65317).map { .request($0, "conditional menu error") }
        + ([200_001, 200_002, 200_014] + (200_016...200_022)).map {
            .request($0, "subscription template parameter error")
        }
}
