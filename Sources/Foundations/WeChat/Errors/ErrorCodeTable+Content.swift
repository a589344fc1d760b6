extension ErrorCodeTable {
    /// Media, links, OAuth and other parameters.
    static let content: [ErrorCodeEntry] =
        [
            .request(40004, "invalid media type"),
            .request(40005, "invalid file type"),
            .request(40006, "invalid file size"),
            .request(40007, "invalid media_id"),
            .request(40009, "invalid image size"),
            .request(40010, "invalid voice size"),
            .request(40011, "invalid video size"),
            .request(40012, "invalid thumb size"),
            .request(40029, "invalid OAuth code"),
            .request(40030, "invalid refresh_token"),
            .request(40050, "invalid group id"),
            .request(40051, "invalid group name"),
            .request(40066, "unknown api path", .api),
            .request(40102, "invalid industry id"),
            .request(40117, "invalid group name"),
            .request(40118, "invalid media_id length"),
            .request(40119, "invalid button type"),
            .request(40120, "invalid sub-button type"),
            .request(40121, "invalid media_id type"),
            .request(40132, "invalid WeChat id"),
            .request(40137, "invalid image format"),
            .request(40163, "OAuth code already used"),
            .request(40201, "no callback URL"),
            .request(40202, "invalid check action"),
            .request(40203, "invalid check operator"),
            .request(40246, "template keywords empty or unknown"),
            // Weir adds the token itself: met here, it is Weir's mistake.
            .request(41001, "access_token missing"),
            .request(41003, "refresh_token missing"),
            .request(41005, "media missing"),
            .request(41006, "media_id missing"),
            .request(41007, "sub-menu missing"),
            .request(41008, "OAuth code missing"),
            .request(41009, "openid missing"),
            .request(42002, "refresh_token expired"),
            .request(42003, "OAuth code expired"),
            .request(42007, "user changed the password"),
            .request(44001, "empty media"),
            .request(63001, "parameter missing"),
            .request(63002, "invalid signature"),
            .request(87009, "invalid signature"),
        ]
        + limits

    /// 45001..45008: what is too large or too long.
    private static let limits: [ErrorCodeEntry] = [
        .request(45001, "media too large"),
        .request(45002, "content too long"),
        .request(45003, "title too long"),
        .request(45004, "description too long"),
        .request(45005, "link too long"),
        .request(45006, "picture link too long"),
        .request(45007, "voice too long"),
        .request(45008, "too many articles"),
    ]
}
