extension SandboxMachine {
    /// A request to `/_sandbox…`: what it answers on success.
    mutating func control(_ call: APICall, at now: Int64) throws(ControlProblem) -> [UInt8] {
        switch (call.method, call.path) {
        case ("POST", "/_sandbox/faults"):
            let id = try faults.add(Fault(call.json))
            return Array("{\"id\":\(id)}".utf8)
        case ("GET", "/_sandbox/faults"):
            return Array("{\"faults\":[\(faults.faults.map(\.json).joined(separator: ","))]}".utf8)
        case ("DELETE", "/_sandbox/faults"):
            faults.removeAll()
        case ("POST", "/_sandbox/rival"):
            _ = tokens.refreshByRival(try appID(of: call), rules: rules, at: now, using: &generator)
        case ("POST", "/_sandbox/revoke"):
            tokens.revoke(try appID(of: call))
        case ("POST", "/_sandbox/secret"):
            let appID = try appID(of: call)
            guard let secret = call.json?["secret"]?.text, !secret.isEmpty else {
                throw ControlProblem("secret must be the account's new AppSecret")
            }
            rules.apps[appID] = secret
            tokens.revoke(appID)
        case ("POST", "/_sandbox/callback"):
            try callbacks.set(try CallbackSettings(call.json), for: call.json?["appid"]?.text ?? "*")
        case ("DELETE", "/_sandbox/callback"):
            for appID in callbacks.settings.keys { try callbacks.set(nil, for: appID) }
        case ("GET", "/_sandbox/pushes"):
            return try list(callbacks.records, "pushes", call) { Array($1.json(number: $0).utf8) }
        case ("GET", "/_sandbox/deliveries"):
            return try list(deliveries, "deliveries", call) { $1.json(number: $0) }
        case ("GET", "/_sandbox/requests"):
            return try list(requests, "requests", call) { Array($1.json(number: $0).utf8) }
        case ("GET", "/_sandbox/state"):
            return Array(state(at: now).utf8)
        case ("POST", "/_sandbox/config"):
            try configure(call.json)
        case ("DELETE", "/_sandbox"):
            reset()
        default:
            throw ControlProblem(
                "no such thing: \(call.method) \(call.path); see faults, rival, revoke, secret, callback, pushes, deliveries, requests,"
                    + " state, config"
            )
        }
        return Array("{\"ok\":true}".utf8)
    }

    private func appID(of call: APICall) throws(ControlProblem) -> String {
        guard let appID = call.json?["appid"]?.text, !appID.isEmpty else {
            throw ControlProblem("the body must be a JSON object with an appid")
        }
        return appID
    }

    private func list<Element>(
        _ log: BoundedLog<Element>,
        _ name: String,
        _ call: APICall,
        json: (Int, Element) -> [UInt8]
    ) throws(ControlProblem) -> [UInt8] {
        let since = try number("since", call) ?? 0
        let limit = try number("limit", call) ?? .max
        var result = Array("{\"first\":\(log.first),\"next\":\(log.total),\"\(name)\":[".utf8)
        for (index, entry) in log.entries(since: since, limit: limit).enumerated() {
            if index > 0 { result.append(UInt8(ascii: ",")) }
            result += json(entry.number, entry.element)
        }
        return result + Array("]}".utf8)
    }

    private func number(_ name: String, _ call: APICall) throws(ControlProblem) -> Int? {
        guard let text = call.query[name] else { return nil }
        guard let number = Int(text), number >= 0 else { throw ControlProblem("\(name) must be a whole number from 0") }
        return number
    }

    private func state(at now: Int64) -> String {
        let counts = quotas.counts.keys.sorted { ($0.appID, $0.path) < ($1.appID, $1.path) }.map { key in
            let count = quotas.count(of: key, at: now)
            return """
                {"appid":\(JSON.quoted(key.appID)),"path":\(JSON.quoted(key.path)),"used_today":\(count.usedToday),\
                "used_this_minute":\(count.usedThisMinute)}
                """
        }
        return """
            {"deliveries":\(deliveries.total),"requests":\(requests.total),"faults":\(faults.faults.count),\
            "tokens":\(tokens.count),"token_lifetime":\(rules.tokenLifetime),"token_overlap":\(rules.tokenOverlap),\
            "quotas":[\(counts.joined(separator: ","))]}
            """
    }

    /// All of it or, with a problem, nothing.
    private mutating func configure(_ json: JSON?) throws(ControlProblem) {
        guard let members = json?.members else { throw ControlProblem("the body must be a JSON object") }
        var changed = rules
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "token_lifetime": changed.tokenLifetime = try Self.integer(name, value, in: 1...7200)
            case "token_overlap": changed.tokenOverlap = try Self.integer(name, value, in: 0...300)
            case "daily": changed.dailyQuotas.merge(try Self.quotas(name, value)) { $1 }
            case "minute": changed.minuteQuotas.merge(try Self.quotas(name, value)) { $1 }
            case "templates":
                guard let elements = value.elements, elements.allSatisfy({ $0.text != nil }), elements.count <= 1000
                else {
                    throw ControlProblem("templates must be an array of at most 1000 strings")
                }
                changed.templates = elements.compactMap(\.text)
            default:
                throw ControlProblem(
                    "unknown member \(name); known: token_lifetime, token_overlap, daily, minute, templates"
                )
            }
        }
        rules = changed
    }

    private static func quotas(_ name: String, _ json: JSON) throws(ControlProblem) -> [String: Int] {
        guard let members = json.members else { throw ControlProblem("\(name) must be an object of paths and numbers") }
        var result: [String: Int] = [:]
        for (path, value) in members {
            guard path == "*" || APIRule.all[path] != nil else {
                throw ControlProblem("\(name): the sandbox has no \(path)")
            }
            result[path] = try integer("\(name) of \(path)", value, in: 0...Int(Int32.max))
        }
        return result
    }

    private static func integer(_ name: String, _ json: JSON, in range: ClosedRange<Int>) throws(ControlProblem) -> Int
    {
        guard let integer = json.int, range.contains(integer) else {
            throw ControlProblem("\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }
}

/// Why a request to `/_sandbox/` can't be followed, for the person who made it.
struct ControlProblem: Error, Equatable {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
