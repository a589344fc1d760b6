extension SandboxMachine {
    /// `openapi/quota/get`.
    mutating func quota(_ call: APICall, _ appID: String, at now: Int64) -> APIReply {
        guard call.json?.members != nil else { return failure(47001, "data format error", at: now) }
        guard let path = call.json?["cgi_path"]?.text, path.hasPrefix("/") else {
            return failure(76003, "invalid path", at: now)
        }
        if path.hasPrefix("/sns/") { return failure(76022, "could not use this cgi_path", at: now) }
        guard let rule = APIRule.all[path] else { return failure(76021, "cgi_path not found", at: now) }
        let limits = limits(of: path, rule)
        let used = quotas.count(of: QuotaBook.Key(appID: appID, path: path), at: now).usedToday
        let rate = limits.minute.map { ",\"rate_limit\":{\"call_count\":\($0),\"refresh_second\":60}" } ?? ""
        let remain = max(0, limits.daily - used)
        return .ok(",\"quota\":{\"daily_limit\":\(limits.daily),\"used\":\(used),\"remain\":\(remain)}\(rate)")
    }

    mutating func clearQuota(_ call: APICall, _ appID: String, at now: Int64) -> APIReply {
        guard call.json?.members != nil else { return failure(47001, "data format error", at: now) }
        guard call.json?["appid"]?.text == appID else { return failure(40013, "invalid appid", at: now) }
        return quotas.clear(appID, at: now)
            ? .ok() : failure(48006, "forbid to clear quota because of reaching the limit", at: now)
    }

    /// A success without errcode.
    func templateList() -> APIReply {
        let ids = rules.templates.isEmpty ? ["sandbox-template-1", "sandbox-template-2"] : rules.templates
        let list = ids.map { id in
            """
            {"template_id":\(JSON.quoted(id)),"title":"Order shipped","primary_industry":"IT","deputy_industry":"Internet",\
            "content":"{{thing1.DATA}} {{time2.DATA}}","example":"A parcel 12:00"}
            """
        }
        return .text("{\"template_list\":[\(list.joined(separator: ","))]}")
    }

    /// A success without errcode.
    func industry() -> APIReply {
        .text(
            """
            {"primary_industry":{"first_class":"IT","second_class":"Internet"},\
            "secondary_industry":{"first_class":"IT","second_class":"Software"}}
            """
        )
    }

    mutating func userInfo(_ call: APICall, at now: Int64) -> APIReply {
        guard let openID = call.parameter("openid"), openID.hasPrefix("o") else {
            return failure(40003, "invalid openid", at: now)
        }
        guard !openID.hasPrefix("o-unfollowed") else {
            return .text("{\"subscribe\":0,\"openid\":\(JSON.quoted(openID))}")
        }
        return .text(
            """
            {"subscribe":1,"openid":\(JSON.quoted(openID)),"language":"zh_CN","subscribe_time":1700000000,"remark":"",\
            "groupid":0,"tagid_list":[]}
            """
        )
    }

    mutating func ticket(_ call: APICall, _ appID: String, at now: Int64) -> APIReply {
        guard let type = call.parameter("type"), TicketBook.types.contains(type) else {
            return failure(40097, "invalid args", at: now)
        }
        let ticket = tickets.issue(type, of: appID, rules: rules, at: now, using: &generator)
        return .ok(",\"ticket\":\"\(ticket.value)\",\"expires_in\":\(ticket.expiresIn)")
    }

    /// Bytes that are no text.
    mutating func media(_ call: APICall, at now: Int64) -> APIReply {
        guard let id = call.parameter("media_id") else { return failure(41006, "media_id missing", at: now) }
        if id.hasPrefix("bad") { return failure(40007, "invalid media_id", at: now) }
        let start: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10]
        return APIReply(contentType: "image/jpeg", body: start + Array(id.utf8) + [0x00, 0xFF, 0xD9])
    }

    mutating func upload(_ call: APICall, at now: Int64) -> APIReply {
        guard let type = call.parameter("type"), ["image", "voice", "video", "thumb"].contains(type) else {
            return failure(40004, "invalid media type", at: now)
        }
        guard call.bodyLength > 0, call.contentType?.lowercased().hasPrefix("multipart/form-data") == true else {
            return failure(41005, "media data missing", at: now)
        }
        let id = JSON.hex(generator.next(), digits: 16)
        return .text("{\"type\":\"\(type)\",\"media_id\":\"media-\(id)\",\"created_at\":\(now / 1_000_000)}")
    }
}
