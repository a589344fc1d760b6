extension SandboxMachine {
    /// Template and subscription notices, and customer-service messages.
    mutating func sendMessage(
        _ call: APICall,
        _ operation: APIRule.Operation,
        _ appID: String,
        at now: Int64
    ) -> APIReply {
        guard let json = call.json, json.members != nil else { return failure(47001, "data format error", at: now) }
        guard let openID = json["touser"]?.text, openID.hasPrefix("o") else {
            return failure(40003, "invalid openid", at: now)
        }
        if operation == .custom {
            if let refusal = checkCustom(json, at: now) { return refusal }
        } else if let refusal = checkTemplate(json, limitsValues: operation != .template, at: now) {
            return refusal
        }
        if let refusal = checkFollower(openID, operation, at: now) { return refusal }
        let clientID = operation == .template ? json["client_msg_id"]?.text.flatMap { $0.isEmpty ? nil : $0 } : nil
        let key = clientID.map { "\(appID)\n\(openID)\n\($0)" }
        if let key, let earlier = messages.find(key, at: now) { return .ok(",\"msgid\":\(earlier)") }
        lastMessageID += 1
        if let key { messages.insert(key, messageID: lastMessageID, at: now) }
        deliveries.append(
            Delivery(
                at: now,
                appID: appID,
                api: call.path,
                openID: openID,
                templateID: json["template_id"]?.text,
                clientMessageID: json["client_msg_id"]?.text,
                messageID: lastMessageID,
                body: call.rawBody
            )
        )
        callbacks.accepted(
            operation,
            appID: appID,
            openID: openID,
            templateID: json["template_id"]?.text,
            messageID: lastMessageID,
            at: now,
            using: &generator
        )
        return operation == .template ? .ok(",\"msgid\":\(lastMessageID)") : .ok()
    }

    private mutating func checkFollower(
        _ openID: String,
        _ operation: APIRule.Operation,
        at now: Int64
    ) -> APIReply? {
        if openID.hasPrefix("o-refused") {
            return operation == .custom
                ? failure(45047, "out of response count limit", at: now)
                : failure(43101, "user refuse to accept the msg", at: now)
        }
        guard openID.hasPrefix("o-unfollowed") else { return nil }
        switch operation {
        case .custom: return failure(45015, "response out of time limit or subscription is canceled", at: now)
        case .template: return failure(43004, "require subscribe", at: now)
        default: return failure(43101, "user refuse to accept the msg", at: now)
        }
    }

    private mutating func checkTemplate(_ json: JSON, limitsValues: Bool, at now: Int64) -> APIReply? {
        guard let template = json["template_id"]?.text, !template.isEmpty, !template.hasPrefix("bad"),
            rules.templates.isEmpty || rules.templates.contains(template)
        else { return failure(40037, "invalid template_id", at: now) }
        guard let data = json["data"]?.members else {
            return failure(47003, "argument invalid! data is empty", at: now)
        }
        for (name, entry) in data {
            guard let value = entry["value"], value != .null else {
                return failure(47003, "argument invalid! data.\(name).value is empty", at: now)
            }
            if limitsValues, let text = value.text, Self.isTooLong(text, for: name) {
                return failure(47003, "argument invalid! data.\(name).value invalid", at: now)
            }
        }
        return nil
    }

    /// The lengths of subscription notices' values by the first part of their names.
    private static func isTooLong(_ text: String, for name: String) -> Bool {
        let kind = name.prefix { !$0.isNumber }
        let longest =
            switch kind {
            case "thing": 20
            case "number", "letter", "character_string": 32
            case "symbol", "phrase": 5
            case "phone_number": 17
            case "car_number": 8
            case "name": 20
            default: Int.max
            }
        return text.unicodeScalars.count > longest
    }

    private mutating func checkCustom(_ json: JSON, at now: Int64) -> APIReply? {
        guard let type = json["msgtype"]?.text, let branch = Self.customBranches[type] else {
            return failure(40008, "invalid message type", at: now)
        }
        guard let name = branch else {
            return json[type]?.members == nil ? failure(47001, "data format error", at: now) : nil
        }
        if let value = json[type]?[name]?.text, !value.isEmpty, !value.hasPrefix("bad") { return nil }
        return type == "text" ? failure(44004, "empty content", at: now) : failure(40007, "invalid media_id", at: now)
    }

    /// msgtype → the member of its object that must be there.
    private static let customBranches: [String: String?] = [
        "text": "content", "image": "media_id", "voice": "media_id", "video": "media_id", "mpnews": "media_id",
        "music": "thumb_media_id", "news": .none, "mpnewsarticle": "article_id", "msgmenu": .none, "wxcard": "card_id",
        "miniprogrampage": "appid",
    ]
}
