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
