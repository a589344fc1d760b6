import Addressing
import Weir

extension DocumentReader {
    /// EncodingAESKeys of one app: the present one, and those before it.
    static let aesKeyLimit = 4

    /// Reads where WeChat pushes an app's events; `nil` where the mapping has a problem.
    mutating func callback(_ field: Field) -> CallbackConfiguration? {
        var callback = CallbackConfiguration(path: "", token: "")
        let found = problems.count
        let section = read(field, ConfigurationKey.Callback.self, into: &callback)
        guard field.isMapping, problems.count == found else { return nil }
        for key in [ConfigurationKey.Callback.path, .token] where section[key] == nil {
            report(at: field.keyPosition, field.path, "needs \(key.rawValue)")
        }
        if callback.mode != .plain, callback.aesKeys.isEmpty {
            let words =
                "mode \(callback.mode.rawValue) needs aes_key, the console's EncodingAESKey; write mode: plain without"
            report(at: field.keyPosition, field.path, words)
        }
        return problems.count == found ? callback : nil
    }

    /// The path of a callback address.
    mutating func callbackPath(_ field: Field) -> String? {
        guard let path = scalar(field) else { return nil }
        let isPlain = path.text.unicodeScalars.allSatisfy {
            (0x21...0x7E).contains($0.value) && !"?#%\\".unicodeScalars.contains($0)
        }
        if path.text.hasPrefix("/"), path.text.utf8.count <= 256, isPlain { return path.text }
        report(path.field, "not the path of an address; write such as /wechat/main")
        return nil
    }

    /// The console's Token.
    mutating func callbackToken(_ field: Field) -> String? {
        guard let token = scalar(field) else { return nil }
        let isPlain = token.text.utf8.allSatisfy {
            0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0
        }
        if isPlain, 3...32 ~= token.text.utf8.count { return token.text }
        report(token.field, "not a Token: the console takes 3 to 32 letters and digits")
        return nil
    }

    /// One EncodingAESKey, or a list with the present one first.
    mutating func aesKeys(_ field: Field) -> [String]? {
        var items = [field]
        if field.isList {
            guard let list = list(field, atMost: Self.aesKeyLimit, example: "[NEW, OLD]") else { return nil }
            if list.isEmpty { report(field, "names no key") }
            items = list
        }
        var keys: [String] = []
        for item in items {
            guard let key = scalar(item) else { return nil }
            guard CallbackKey(key.text) != nil else {
                report(key.field, "not an EncodingAESKey, which has \(CallbackKey.characters) letters and digits")
                return nil
            }
            if keys.contains(key.text) { report(item, "the same key again") }
            keys.append(key.text)
        }
        return keys
    }

    /// What concerns several apps, or the listener and an app.
    mutating func checkCallbacks() {
        var owners: [String: String] = [:]
        for (name, app) in configuration.apps.sorted(by: { $0.key < $1.key }) {
            guard let path = app.callback?.path else { continue }
            let place = "apps.\(name).callback"
            if let owner = owners[path] {
                report(at: position(of: "\(place).path"), "\(place).path", "the same as apps.\(owner)'s")
            }
            owners[path] = name
            if configuration.server.callback == nil {
                report(at: position(of: place), place, "needs server.callback, the listener that WeChat reaches")
            }
        }
        if configuration.server.callback != nil, owners.isEmpty {
            warn(
                at: position(of: "server.callback"),
                "server.callback",
                "no app has a callback: nothing is served there"
            )
        }
    }
}
