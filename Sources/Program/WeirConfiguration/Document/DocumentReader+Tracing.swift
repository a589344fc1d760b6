import Resilience
import Weir

extension DocumentReader {
    static let headerLimit = 16
    static let headerNameLimit = 64
    static let headerValueLimit = 4096
    static let endpointPathLimit = 256
    /// What the exporter or the transport says itself.
    static let reservedHeaders: Set<String> = [
        "connection", "content-encoding", "content-length", "content-type", "expect", "host", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Never shows the value: people write passwords into addresses.
    mutating func endpoint(_ field: Field?) -> String? {
        guard let scalar = scalar(field) else { return nil }
        let text = scalar.text
        let start = text.firstRange(of: "://")?.upperBound ?? text.endIndex
        let pathStart = text[start...].firstIndex(of: "/") ?? text.endIndex
        var path = text[pathStart...]
        while path.hasSuffix("/") { path = path.dropLast() }
        let isPath = path.utf8.count <= Self.endpointPathLimit && path.utf8.allSatisfy(Self.mayStandInPath)
        guard isPath, let origin = try? OriginText(String(text[..<pathStart]), schemes: ["http", "https"]) else {
            report(
                scalar.field,
                "not the address of a collector; write http://host:port or https://host:port, with a path if it needs"
                    + " one, without user, password or query"
            )
            return nil
        }
        return origin.text + path
    }

    private static func mayStandInPath(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"?#@\\\"<>^`{|}".utf8.contains(byte)
    }

    mutating func headers(_ field: Field?) -> [String: String] {
        guard let field else { return [:] }
        let entries = entries(field)
        if entries.count > Self.headerLimit {
            report(field, "has \(entries.count) headers; at most \(Self.headerLimit) are allowed")
            return [:]
        }
        var headers: [String: String] = [:]
        for entry in entries {
            let name = entry.key.lowercased()
            guard Self.isHeaderName(name), !Self.reservedHeaders.contains(name) else {
                report(at: entry.position, field.path, "\(Self.words(for: entry.key)) can't be set")
                continue
            }
            guard let value = headerValue(child(entry, of: field)) else { continue }
            if headers.updateValue(value, forKey: name) != nil {
                report(at: entry.position, field.path, "the header `\(name)` stands there twice")
            }
        }
        return headers
    }

    /// Never shows the value, which is secret.
    private mutating func headerValue(_ field: Field) -> String? {
        guard let scalar = scalar(field) else { return nil }
        let bytes = scalar.text.utf8
        // No line breaks: they would begin another header.
        guard bytes.count <= Self.headerValueLimit, bytes.allSatisfy({ (0x20...0x7E).contains($0) }),
            bytes.first != 0x20, bytes.last != 0x20
        else {
            report(
                field,
                "a header's value holds only visible ASCII characters, with spaces between them, at most"
                    + " \(Self.headerValueLimit)"
            )
            return nil
        }
        return scalar.text
    }

    // MARK: What is exported, and as whose

    /// A minute's worth may go at once: failures come in crowds. `none` gives `.some(nil)`.
    mutating func failures(_ field: Field?) -> RateLimit?? {
        if case .scalar("none", _)? = field?.node.content { return .some(nil) }
        guard var limit = rate(field) else { return nil }
        let minutely = (Duration.seconds(60) / limit.per) * Double(limit.permits)
        limit.burst = max(1, Int(min(minutely, Double(Self.failureBurst))))
        return .some(limit)
    }

    static let failureBurst = 600
    static let resourceLimit = 32
    static let resourceTextLimit = 256

    mutating func resource(_ field: Field?) -> [String: String] {
        guard let field else { return [:] }
        let entries = entries(field)
        if entries.count > Self.resourceLimit {
            report(field, "has \(entries.count) attributes; at most \(Self.resourceLimit) are allowed")
            return [:]
        }
        var resource: [String: String] = [:]
        for entry in entries {
            guard Self.isAttributeName(entry.key) else {
                let example = "such as deployment.environment.name"
                report(at: entry.position, field.path, "`\(entry.key.brief)` is no attribute's name, \(example)")
                continue
            }
            let child = child(entry, of: field)
            guard let scalar = scalar(child) else { continue }
            guard scalar.text.utf8.count <= Self.resourceTextLimit else {
                report(child, "has more than \(Self.resourceTextLimit) bytes")
                continue
            }
            resource[entry.key] = scalar.text
        }
        return resource
    }

    private static func isAttributeName(_ name: String) -> Bool {
        1...128 ~= name.utf8.count
            && name.utf8.allSatisfy { byte in
                0x61...0x7A ~= byte || 0x41...0x5A ~= byte || 0x30...0x39 ~= byte || "._-/".utf8.contains(byte)
            }
    }

    private static func isHeaderName(_ name: String) -> Bool {
        let marks = "!#$%&'*+-.^_`|~".utf8
        return (1...headerNameLimit).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || marks.contains(byte)
            }
    }

    private static func words(for key: String) -> String {
        isHeaderName(key.lowercased()) ? "the header `\(key.brief)`" : "a header of that name"
    }
}
