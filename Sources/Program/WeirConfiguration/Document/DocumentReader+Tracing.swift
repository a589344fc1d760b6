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
