import Weir

extension DocumentReader {
    /// A shared key has at least this many characters: whoever reaches a listener may try keys as fast as it answers.
    static let keyMinimum = 16
    static let keyMaximum = 256
    /// An AppSecret has 32 characters; the limit is far above what WeChat hands out.
    static let secretLimit = 1024
    /// Bytes that a secret's file may have.
    static let secretFileLimit = 4096
    /// Bytes that a file of certificates may have.
    static let certificatesLimit = 4 << 20

    /// A key that callers present as `Authorization: Bearer`.
    mutating func key(_ field: Field?) -> String? {
        guard let scalar = scalar(field) else { return nil }
        guard scalar.text.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
            report(scalar.field, "a key holds only visible ASCII characters and no space")
            return nil
        }
        let count = scalar.text.utf8.count
        guard (Self.keyMinimum...Self.keyMaximum).contains(count) else {
            let words = "has \(Self.keyMinimum) to \(Self.keyMaximum) characters"
            report(scalar.field, "a key \(words), and this one \(count); try `openssl rand -hex 24`")
            return nil
        }
        return scalar.text
    }

    /// An AppSecret.
    mutating func secret(_ field: Field?) -> String? {
        guard let scalar = scalar(field) else { return nil }
        return checkedSecret(scalar.text, of: scalar.field)
    }

    /// The AppSecret that a file holds, without the white space around it.
    mutating func secretFile(_ field: Field?) -> String? {
        guard let scalar = scalar(field), let bytes = contents(of: scalar, limit: Self.secretFileLimit) else {
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            report(scalar.field, "the file \(scalar.shown) is not UTF-8 text")
            return nil
        }
        let trimmed = text.trimmingWhitespace
        if trimmed.isEmpty {
            report(scalar.field, "the file \(scalar.shown) is empty")
            return nil
        }
        return checkedSecret(trimmed, of: scalar.field)
    }

    /// The path of a file of certificates, made relative to the configuration file's folder.
    mutating func certificatesFile(_ field: Field?) -> String? {
        guard let scalar = scalar(field), let bytes = contents(of: scalar, limit: Self.certificatesLimit) else {
            return nil
        }
        guard String(decoding: bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
            report(scalar.field, "the file \(scalar.shown) holds no certificate in PEM form")
            return nil
        }
        return resolved(scalar.text)
    }

    /// No two secrets may be alike, as each says who is calling.
    mutating func checkSecretsDiffer() {
        var owners: [String: String] = [:]
        for (name, app) in configuration.apps.sorted(by: { $0.key < $1.key }) {
            owners[app.secret] = owners[app.secret] ?? "the secret of apps.\(name)"
        }
        if let key = configuration.server.adminKey {
            let position = position(of: "server.admin_key")
            if let owner = owners[key] { report(at: position, "server.admin_key", "the same as \(owner)") }
            owners[key] = "server.admin_key"
        }
        for (name, one) in configuration.admin.keys.sorted(by: { $0.key < $1.key }) where !one.key.isEmpty {
            let path = "admin.keys.\(name).key"
            if let owner = owners[one.key] { report(at: position(of: path), path, "the same as \(owner)") }
            owners[one.key] = owners[one.key] ?? "the key of admin.keys.\(name)"
        }
        let paths = configuration.clients.keys.map { "clients.\($0).key" }.sorted {
            position(of: $0) < position(of: $1)
        }
        for path in paths {
            let name = String(path.dropFirst("clients.".count).dropLast(".key".count))
            for key in configuration.clients[name]?.keys ?? [] {
                if let owner = owners[key] {
                    report(at: position(of: path), path, "the same as \(owner)")
                } else {
                    owners[key] = "the key of clients.\(name)"
                }
            }
        }
    }

    private mutating func checkedSecret(_ text: String, of field: Field) -> String? {
        guard text.utf8.count <= Self.secretLimit else {
            report(field, "the secret is longer than \(Self.secretLimit) bytes")
            return nil
        }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) else {
            report(field, "the secret holds a control character or spans lines")
            return nil
        }
        return text
    }

    private mutating func contents(of path: Scalar, limit: Int) -> [UInt8]? {
        guard !path.text.unicodeScalars.contains("\0") else {
            report(path.field, "not a path")
            return nil
        }
        do throws(FileFailure) {
            let bytes = try readFile(resolved(path.text), limit + 1)
            if bytes.count <= limit { return bytes }
            report(path.field, "the file \(path.shown) has more than \(limit) bytes")
        } catch {
            report(path.field, "the file \(path.shown) \(error)")
        }
        return nil
    }

    private func resolved(_ path: String) -> String {
        path.hasPrefix("/") ? path : folder + path
    }
}

extension String {
    fileprivate var trimmingWhitespace: String {
        let tail = unicodeScalars.drop { $0.properties.isWhitespace }
        let end = tail.lastIndex { !$0.properties.isWhitespace }
        return end.map { String(tail[...$0]) } ?? ""
    }
}
