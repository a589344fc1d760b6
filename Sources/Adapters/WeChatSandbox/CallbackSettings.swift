internal import Addressing
internal import Crypto
internal import CryptoExtras
internal import Foundation

/// Where an account's receipts are pushed, and how they misbehave: `POST /_sandbox/callback`.
struct CallbackSettings: Equatable, Sendable {
    enum Mode: String, CaseIterable {
        case plain, compatible, safe
    }

    var host: String
    var port: Int
    /// With its query, if it has one.
    var path: String
    var token: String
    /// 32 bytes; empty in plain mode.
    var key: [UInt8] = []
    var mode = Mode.plain
    /// Whether bodies are JSON.
    var isJSON = false
    /// The words of the receipt: `success`, `failed:user block` …
    var status = "success"
    /// Between the acceptance of a message and its receipt.
    var delayMilliseconds = 0
    /// How often each receipt is pushed.
    var times = 1
    /// So many receipts are held back, and then pushed in an order by chance.
    var shuffle = 0
    /// The share of receipts that are never pushed.
    var drop = 0.0
    /// Whether receipts have the MsgID 0.
    var isWithoutID = false
    /// Between a push that was not taken and the next try; WeChat makes three.
    var retryMilliseconds = 5000

    static let mostTries = 3

    init(_ json: JSON?) throws(ControlProblem) {
        guard let url = json?["url"]?.text, let parts = CallbackSettings.parts(of: url) else {
            throw ControlProblem("url must be such as http://127.0.0.1:8088/wechat/main")
        }
        (host, port, path) = parts
        guard let token = json?["token"]?.text, !token.isEmpty else { throw ControlProblem("token is missing") }
        self.token = token
        if let text = json?["aes_key"]?.text {
            guard let data = Data(base64Encoded: text + "="), data.count == 32 else {
                throw ControlProblem("aes_key must have 43 characters of Base64")
            }
            key = Array(data)
        }
        guard let mode = Mode(rawValue: json?["mode"]?.text ?? "plain") else {
            throw ControlProblem("mode must be plain, compatible or safe")
        }
        self.mode = mode
        guard mode == .plain || !key.isEmpty else { throw ControlProblem("mode \(mode.rawValue) needs aes_key") }
        isJSON = json?["format"]?.text == "json"
        status = json?["status"]?.text ?? status
        delayMilliseconds = try CallbackSettings.number("delay_ms", json, in: 0...600_000) ?? 0
        times = try CallbackSettings.number("times", json, in: 1...10) ?? 1
        shuffle = try CallbackSettings.number("shuffle", json, in: 0...10_000) ?? 0
        retryMilliseconds = try CallbackSettings.number("retry_ms", json, in: 1...600_000) ?? retryMilliseconds
        isWithoutID = json?["zero_msgid"]?.int == 1
        drop = json?["drop"]?.double ?? 0
        guard 0...1 ~= drop else { throw ControlProblem("drop must be from 0 to 1") }
    }

    private static func number(
        _ name: String,
        _ json: JSON?,
        in range: ClosedRange<Int>
    ) throws(ControlProblem) -> Int? {
        guard let value = json?[name] else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw ControlProblem("\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func parts(of url: String) -> (String, Int, String)? {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst("http://".count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let address = HostPort(String(rest[..<slash])) else { return nil }
        return (address.host, address.port, slash == rest.endIndex ? "/" : String(rest[slash...]))
    }
}

/// One request to the callback address, by WeChat's page "Message encryption and decryption".
struct CallbackPost: Equatable, Sendable {
    /// Path and query.
    var target: String
    var contentType: String
    var body: [UInt8]

    /// - Parameters:
    ///   - members: the body's, in their order.
    ///   - now: seconds since 1970.
    ///   - chance: for the nonce and the 16 bytes before the message.
    init(_ settings: CallbackSettings, appID: String, members: [CallbackMember], now: Int64, chance: (UInt64, UInt64)) {
        let plain = CallbackMember.body(members, isJSON: settings.isJSON)
        let (timestamp, nonce) = (String(now), String(chance.0 % 10_000_000_000))
        var query =
            "signature=\(CallbackPost.sign([settings.token, timestamp, nonce]))&timestamp=\(timestamp)&nonce=\(nonce)"
        body = Array(plain.utf8)
        if settings.mode != .plain {
            let random = Array((JSON.hex(chance.0, digits: 16) + JSON.hex(chance.1, digits: 16)).utf8.prefix(16))
            let sealed = CallbackPost.seal(Array(plain.utf8), appID, key: settings.key, random: random)
            let signature = CallbackPost.sign([settings.token, timestamp, nonce, sealed])
            query += "&encrypt_type=aes&msg_signature=\(signature)"
            let envelope = CallbackMember("Encrypt", text: sealed)
            let own =
                settings.mode == .safe
                ? [CallbackMember("ToUserName", text: "gh_sandbox"), envelope] : members + [envelope]
            body = Array(CallbackMember.body(own, isJSON: settings.isJSON).utf8)
        }
        target = settings.path + (settings.path.contains("?") ? "&" : "?") + query
        contentType = settings.isJSON ? "application/json" : "text/xml"
    }

    private static func sign(_ parts: [String]) -> String {
        let joined = parts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined()
        return Insecure.SHA1.hash(data: Data(joined.utf8)).map { JSON.hex(UInt64($0), digits: 2) }.joined()
    }

    /// 16 random bytes, the length, the message, the AppID, padded to a multiple of 32, by AES-256-CBC; in Base64.
    private static func seal(_ message: [UInt8], _ appID: String, key: [UInt8], random: [UInt8]) -> String {
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: message.count >> $0) }
        var plain = random + length + message + Array(appID.utf8)
        let pad = 32 - plain.count % 32
        plain += Array(repeating: UInt8(pad), count: pad)
        guard let iv = try? AES._CBC.IV(ivBytes: key.prefix(16)),
            let sealed = try? AES._CBC.encrypt(plain, using: SymmetricKey(data: Data(key)), iv: iv, noPadding: true)
        else { return "" }
        return sealed.base64EncodedString()
    }
}

/// A member of a push's body: a text, or members of its own.
struct CallbackMember: Equatable, Sendable {
    var name: String
    var text: String
    /// Of a list's item.
    var members: [CallbackMember]

    init(_ name: String, text: String = "", members: [CallbackMember] = []) {
        self.name = name
        self.text = text
        self.members = members
    }

    static func body(_ members: [CallbackMember], isJSON: Bool) -> String {
        isJSON
            ? "{\(members.flatMap(\.flat).map(\.json).joined(separator: ","))}"
            : "<xml>\(members.map(\.xml).joined())</xml>"
    }

    private var xml: String {
        let inside = members.isEmpty ? "<![CDATA[\(text)]]>" : members.map(\.xml).joined()
        return "<\(name)>\(inside)</\(name)>"
    }

    /// In JSON the list of an event stands at the top.
    private var flat: [CallbackMember] {
        members.first?.name == "List" ? members : [self]
    }

    private var json: String {
        let value = members.isEmpty ? JSON.quoted(text) : "[{\(members.map(\.json).joined(separator: ","))}]"
        return "\(JSON.quoted(name)):\(value)"
    }
}
