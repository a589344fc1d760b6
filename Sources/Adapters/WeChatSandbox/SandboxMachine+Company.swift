/// WeCom's messages of a company's app (developer.work.weixin.qq.com, "获取access_token" and "发送应用消息"). To the sandbox a company has one
/// app, whose id is its `corpid`.
extension SandboxMachine {
    /// Bytes of a text, and of markdown.
    private static let longestContent = 2048

    /// `GET /cgi-bin/gettoken`.
    mutating func companyToken(
        _ call: APICall,
        _ rule: APIRule,
        _ record: inout RequestRecord,
        at now: Int64
    ) -> APIReply {
        guard let company = call.parameter("corpid") else { return failure(41002, "corpid missing", at: now) }
        record.appID = company
        guard let secret = call.parameter("corpsecret") else { return failure(41004, "secret missing", at: now) }
        if let known = rules.apps[company] {
            guard known == secret else { return failure(40001, "invalid credential", at: now) }
        } else if !rules.acceptsAnyApp {
            return failure(40013, "invalid corpid", at: now)
        }
        if let refusal = count(call, rule, company, at: now) { return refusal }
        let value = tokens.issueCompanys(company, rules: rules, at: now, using: &generator)
        let left = tokens.remainingSeconds(of: value, at: now)
        return .ok(",\"access_token\":\"\(value)\",\"expires_in\":\(left)")
    }

    /// `POST /cgi-bin/message/send`: one delivery for each of those whom it names.
    mutating func sendToCompany(_ call: APICall, _ company: String, at now: Int64) -> APIReply {
        guard let json = call.json, json.members != nil else { return failure(47001, "data format error", at: now) }
        guard json["agentid"]?.int != nil else { return failure(40056, "invalid agentid", at: now) }
        if let refusal = checkContent(json, at: now) { return refusal }
        func names(_ member: String) -> [String] {
            (json[member]?.text ?? "").split(separator: "|").map(String.init)
        }
        let lists = [("user", names("touser")), ("party", names("toparty")), ("tag", names("totag"))]
        func isThere(_ name: String) -> Bool { !name.hasPrefix("bad") && name != "404" }
        let invalid = lists.map { kind, names in
            let strangers = names.filter { !isThere($0) }.joined(separator: "|")
            return ",\"invalid\(kind)\":\(JSON.quoted(strangers))"
        }.joined()
        let valid = lists.flatMap { kind, names in
            names.filter(isThere).map { kind == "user" ? $0 : "\(kind):\($0)" }
        }
        guard !valid.isEmpty else {
            return failure(81013, "user & party & tag all invalid", members: invalid, at: now)
        }
        if json["enable_duplicate_check"]?.int == 1 {
            let key = "\(company)\n\(String(decoding: call.rawBody, as: UTF8.self))"
            if let earlier = companyMessages.find(key, at: now) { return .ok("\(invalid),\"msgid\":\"\(earlier)\"") }
            companyMessages.insert(key, messageID: lastMessageID + 1, at: now)
        }
        lastMessageID += 1
        for person in valid {
            deliveries.append(
                Delivery(
                    at: now,
                    appID: company,
                    api: call.path,
                    openID: person == "@all" ? "*" : person,
                    messageID: lastMessageID,
                    body: call.rawBody
                )
            )
        }
        return .ok("\(invalid),\"msgid\":\"\(lastMessageID)\"")
    }

    private mutating func checkContent(_ json: JSON, at now: Int64) -> APIReply? {
        guard let type = json["msgtype"]?.text, type == "text" || type == "markdown" else {
            return failure(40008, "invalid message type", at: now)
        }
        let content = json[type]?["content"]?.text ?? ""
        if content.isEmpty { return failure(44004, "content is empty", at: now) }
        return content.utf8.count > Self.longestContent ? failure(45002, "content size out of limit", at: now) : nil
    }
}
