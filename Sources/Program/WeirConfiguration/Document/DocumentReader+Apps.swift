import Resilience
import Weir

extension DocumentReader {
    /// Origins of one app.
    static let hostLimit = 8
    /// Paths of one app with a limit of their own.
    static let pathLimit = 256

    mutating func readApps(_ field: Field?) {
        guard let field else {
            report(at: .start, "apps", "missing; the smallest file is one app with its appid and secret")
            return
        }
        let entries = entries(field)
        guard field.isMapping else { return }
        if entries.isEmpty {
            report(at: field.keyPosition, "apps", "holds no app; there must be one at least")
        } else if entries.count > Self.appLimit {
            report(at: field.keyPosition, "apps", "holds \(entries.count) apps; at most \(Self.appLimit) are allowed")
            return
        }
        var names: [String: String] = [:]
        for entry in entries {
            let child = child(entry, of: field)
            guard checkName(entry, in: field) else { continue }
            let app = readApp(child)
            configuration.apps[entry.key] = app
            guard !app.appID.isEmpty else { continue }
            let position = position(of: "\(child.path).appid")
            if let other = names[app.appID] {
                report(at: position, "\(child.path).appid", "apps.\(other) has the same AppID")
            } else {
                names[app.appID] = entry.key
            }
        }
        for (appID, owner) in names.sorted(by: { $0.value < $1.value }) where appID != owner {
            guard configuration.apps[appID] != nil else { continue }
            report(
                at: position(of: "apps.\(owner).appid"),
                "apps.\(owner).appid",
                "another app has this AppID as its name"
            )
        }
    }

    private mutating func readApp(_ field: Field) -> AppConfiguration {
        var app = AppConfiguration(appID: "", secret: "")
        let section = read(field, ConfigurationKey.App.self, into: &app)
        guard field.isMapping else { return app }
        if section[.appid] == nil { report(at: field.keyPosition, field.path, "needs appid") }
        switch (section[.secret], section[.secretFile]) {
        case (nil, nil):
            report(at: field.keyPosition, field.path, "needs secret or secret_file")
        case (.some, .some(let file)):
            report(at: file.keyPosition, file.path, "stands beside secret; one of them is enough")
        case (let secret?, nil):
            app.secret = self.secret(secret) ?? ""
        case (nil, let file?):
            app.secret = secretFile(file) ?? ""
        }
        return app
    }

    mutating func appID(_ field: Field, what: String = "an AppID") -> String? {
        guard let scalar = scalar(field) else { return nil }
        if (1...64).contains(scalar.text.utf8.count), scalar.text.unicodeScalars.allSatisfy(\.isAliasName) {
            return scalar.text
        }
        report(scalar.field, "\(scalar.shown) is not \(what), which has up to 64 of A-Z, a-z, 0-9, _ and -")
        return nil
    }

    mutating func hosts(_ field: Field?) -> [String]? {
        guard let field, let items = list(field, atMost: Self.hostLimit, example: #"["https://api.weixin.qq.com"]"#)
        else {
            return nil
        }
        if items.isEmpty {
            report(field, "names no host; leave the key out for https://api.weixin.qq.com")
            return nil
        }
        var hosts: [String] = []
        for item in items {
            guard let host = host(item) else { continue }
            if hosts.contains(host) { report(item, "the same host again") }
            hosts.append(host)
        }
        return hosts.isEmpty ? nil : hosts
    }

    mutating func host(_ field: Field) -> String? {
        guard let scalar = scalar(field) else { return nil }
        do throws(OriginText.Problem) {
            let origin = try OriginText(scalar.text, schemes: ["https", "http"])
            if origin.scheme == "https" || origin.isLoopback { return origin.text }
            report(field, "plain http is allowed to loopback addresses only: write https, or 127.0.0.1")
        } catch {
            switch error {
            case .syntax, .scheme:
                report(field, "not a host; write such as https://api.weixin.qq.com")
            case .excess:
                report(field, "a host is scheme, name and port only: no user, path or query")
            }
        }
        return nil
    }

    /// What a mapping says by path; none where there are too many, which is reported.
    private mutating func pathEntries(_ field: Field) -> [YAMLNode.Entry] {
        let entries = entries(field)
        guard entries.count > Self.pathLimit else { return entries }
        report(field, "has \(entries.count) entries; at most \(Self.pathLimit) are allowed")
        return []
    }

    mutating func readLimits(_ field: Field, into app: inout AppConfiguration) {
        for entry in pathEntries(field) {
            let child = child(entry, of: field)
            if let key = ConfigurationKey.Limits(rawValue: entry.key) {
                key.read(child, by: &self, into: &app)
            } else if checkPath(entry.key, at: entry.position, child.path) {
                if let limit = limit(child) { app.limits[entry.key] = limit }
            }
        }
    }

    /// What Weir asks by itself.
    private static let uncounted: Set<String> = ["/cgi-bin/openapi/quota/get", "/cgi-bin/get_api_domain_ip"]

    mutating func readQuotas(_ field: Field, into app: inout AppConfiguration) {
        for entry in pathEntries(field) {
            let child = child(entry, of: field)
            guard checkPath(entry.key, at: entry.position, child.path, keys: []) else { continue }
            if entry.key.hasPrefix("/sns/") || Self.uncounted.contains(entry.key) {
                report(at: entry.position, child.path, "WeChat counts no calls of this path; limits may name it")
                continue
            }
            var quota = DailyQuota(limit: 1)
            let section = read(child, ConfigurationKey.Quota.self, into: &quota)
            if section[.limit] != nil {
                app.quotas[entry.key] = quota
            } else if child.isMapping {
                report(at: child.keyPosition, child.path, "needs limit")
            }
        }
    }

    /// Calls a day, such as `100000/d`.
    mutating func daily(_ field: Field?, what: String = "a quota", such example: String = "100000/d") -> Int? {
        guard let rate = rate(field) else { return nil }
        if rate.per == .seconds(86_400) { return rate.permits }
        if let field { report(field, "\(what) is counted by days; write such as \(example)") }
        return nil
    }

    /// Whether it is a path of WeChat's API as a limit or a client's list names it; reports if not.
    ///
    /// - Parameter keys: that may stand in its place.
    mutating func checkPath(
        _ path: String,
        at position: SourcePosition,
        _ place: String,
        keys: [String] = ConfigurationKey.names(ConfigurationKey.Limits.self)
    ) -> Bool {
        let isPlain = path.unicodeScalars.allSatisfy {
            (0x21...0x7E).contains($0.value) && !"?#%\\*".unicodeScalars.contains($0)
        }
        let isValid = path.hasPrefix("/") && path.count > 1 && path.count <= 128 && isPlain
        if isValid, !path.contains("//"), !path.hasSuffix("/") { return true }
        let near = EditDistance.suggestion(for: path, among: keys)
        let hint = near.map { " or `\($0)`" } ?? ""
        report(at: position, place, "not a path\(hint); write such as /cgi-bin/message/template/send")
        return false
    }

    mutating func limit(_ field: Field) -> RateLimit? {
        var limit = RateLimit(permits: 1, per: .seconds(1), burst: 1)
        let section = read(field, ConfigurationKey.Limit.self, into: &limit)
        if section[.rate] != nil { return limit }
        if field.isMapping { report(at: field.keyPosition, field.path, "needs rate") }
        return nil
    }
}
