import Addressing

/// Names and addresses of hosts, by their characters; whether they exist is found out on use.
enum HostText {
    /// A DNS name, an IPv4 address, or an IPv6 address in brackets.
    static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("[") {
            return text.hasSuffix("]") && isIPv6(text.dropFirst().dropLast())
        }
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        if labels.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }) {
            return ipv4(text) != nil
        }
        return labels.allSatisfy { label in
            let isWord = label.unicodeScalars.allSatisfy { $0.isAliasName }
            return isWord && (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        }
    }

    /// Without brackets, and without a zone.
    static func isIPv6(_ text: some StringProtocol) -> Bool {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard text.contains(":"), halves.count <= 2 else { return false }
        var groups = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (place, part) in parts.enumerated() {
                let isLast = index == halves.count - 1 && place == parts.count - 1
                if isLast, part.contains("."), ipv4(String(part)) != nil {
                    groups += 2
                } else {
                    guard (1...4).contains(part.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                        return false
                    }
                    groups += 1
                }
            }
        }
        return halves.count == 2 ? groups < 8 : groups == 8
    }

    /// The four numbers of a dotted address, none with a leading zero.
    static func ipv4(_ text: String) -> [Int]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var numbers: [Int] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
            guard let number = Int(part), number <= 255, part == "\(number)" else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

/// Which hosts never leave this machine.
enum LoopbackAddress {
    /// 127.0.0.0/8, `::1` with or without brackets, and `localhost`.
    static func contains(_ host: String) -> Bool {
        ["localhost", "::1", "[::1]", "0:0:0:0:0:0:0:1", "[0:0:0:0:0:0:0:1]"].contains(host.lowercased())
            || HostText.ipv4(host)?.first == 127
    }

    /// Whether the host stands for every address of the machine.
    static func isWildcard(_ host: String) -> Bool {
        ["0.0.0.0", "::"].contains(host)
    }
}

/// Origins such as `https://api.weixin.qq.com` or `http://127.0.0.1:8089`.
struct OriginText: Equatable {
    enum Problem: Error, Equatable {
        case syntax
        /// A path, query, fragment or user stands in it.
        case excess
        /// The scheme is none of those allowed.
        case scheme
    }

    let scheme: String
    /// In lower case; an IPv6 address in brackets.
    let host: String
    let port: Int?

    var text: String {
        "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    /// 127.0.0.0/8, `[::1]` or `localhost`.
    var isLoopback: Bool {
        LoopbackAddress.contains(host)
    }

    /// Reads scheme, host and port; one slash at the end is dropped.
    init(_ text: String, schemes: [String]) throws(Problem) {
        guard let separator = text.firstRange(of: "://") else { throw .syntax }
        scheme = text[..<separator.lowerBound].lowercased()
        guard schemes.contains(scheme) else { throw .scheme }
        var authority = text[separator.upperBound...]
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        if authority.contains(where: { "/?#@".contains($0) }) { throw .excess }
        guard let (name, digits) = HostPort.split(authority) else { throw .syntax }
        host = name.lowercased()
        port = digits.flatMap(HostPort.port)
        guard digits == nil || port ?? 0 > 0 else { throw .syntax }
        guard HostText.isHost(host) else { throw .syntax }
    }
}
