internal import Addressing

/// Which hosts mean this machine to whoever asks for them, wherever that name was looked up.
enum LoopbackHost {
    /// 127.0.0.0/8, ::1, `localhost` and what is below it, each with any port.
    ///
    /// - Parameter authority: as a `Host` header has it.
    static func isLoopback(_ authority: String) -> Bool {
        if isUsualAddress(authority) { return true }
        guard let host = HostPort.split(authority.lowercased()[...])?.host else { return false }
        return host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || isLoopbackIPv4(host)
    }

    /// 127.0.0.1 with or without a port, as nearly every caller on this machine writes it: each message is asked for its host.
    private static func isUsualAddress(_ authority: String) -> Bool {
        guard authority.utf8.starts(with: "127.0.0.1".utf8) else { return false }
        let port = authority.utf8.dropFirst(9)
        return port.isEmpty || port.first == UInt8(ascii: ":") && port.dropFirst().allSatisfy { 0x30...0x39 ~= $0 }
    }

    private static func isLoopbackIPv4(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "127" else { return false }
        return parts.allSatisfy { part in
            1...3 ~= part.utf8.count && part.utf8.allSatisfy { 0x30...0x39 ~= $0 } && UInt8(part) != nil
        }
    }
}
