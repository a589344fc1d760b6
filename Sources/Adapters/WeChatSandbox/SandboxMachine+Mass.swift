extension SandboxMachine {
    /// `mass/send` and `mass/sendall`. Delivered at once; WeChat takes minutes.
    mutating func sendMass(
        _ call: APICall,
        _ operation: APIRule.Operation,
        _ appID: String,
        at now: Int64
    ) -> APIReply {
        guard let json = call.json, json.members != nil else { return failure(47001, "data format error", at: now) }
        guard let type = json["msgtype"]?.text, json[type]?.members != nil else {
            return failure(40008, "invalid message type", at: now)
        }
        let openIDs: [String]
        if operation == .massAll {
            guard json["filter"]?.members != nil else { return failure(40097, "invalid args", at: now) }
            openIDs = ["*"]
        } else {
            guard let list = json["touser"]?.elements, list.count >= 2 else {
                return failure(40130, "invalid openid list size, at least two openid", at: now)
            }
            guard list.count <= 10_000 else { return failure(40032, "invalid openid list size", at: now) }
            openIDs = list.compactMap(\.text).filter { $0.hasPrefix("o") && !$0.hasPrefix("o-unfollowed") }
        }
        let clientID = json["clientmsgid"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        if let clientID, clientID.utf8.count > 32 { return failure(45067, "clientmsgid size out of limit", at: now) }
        let key = clientID.map { "\(appID)\n\($0)" }
        if let key, let earlier = massMessages.find(key, at: now) {
            return failure(45065, "clientmsgid exist", members: ",\"msg_id\":\(earlier)", at: now)
        }
        lastMessageID += 1
        if let key { massMessages.insert(key, messageID: lastMessageID, at: now) }
        for openID in openIDs {
            deliveries.append(
                Delivery(
                    at: now,
                    appID: appID,
                    api: call.path,
                    openID: openID,
                    templateID: nil,
                    clientMessageID: clientID,
                    messageID: lastMessageID,
                    body: call.rawBody
                )
            )
        }
        callbacks.accepted(
            operation,
            appID: appID,
            openID: "",
            templateID: nil,
            messageID: lastMessageID,
            at: now,
            using: &generator
        )
        let body = "{\"errcode\":0,\"errmsg\":\"send job submission success\",\"msg_id\":\(lastMessageID)}"
        return .text(body, errcode: 0)
    }
}
