extension RelayTarget {
    /// What is sent before and behind the app's real token, which goes where the first of Weir's stands. Others of Weir's say the same
    /// again and are left out; whatever else is called access_token stays.
    func splitAtVirtualToken() -> (prefix: String, suffix: String)? {
        guard let index = items.firstIndex(where: RelayTarget.isVirtualToken) else { return nil }
        let name = Substring(items[index].utf8.prefix { $0 != UInt8(ascii: "=") })
        let before = items[..<index].map { $0 + "&" }.joined()
        let after = items[(index + 1)...].filter { !RelayTarget.isVirtualToken($0) }.map { "&" + $0 }.joined()
        return (path + "?" + before + name + "=", after)
    }

    /// Weir's tokens among the items called access_token, in order.
    var virtualTokens: [String] {
        items.filter(RelayTarget.isVirtualToken).map(RelayTarget.text)
    }

    mutating func removeVirtualTokens() {
        items.removeAll(where: RelayTarget.isVirtualToken)
    }

    private static func isVirtualToken(_ item: Substring) -> Bool {
        guard isItem(item, named: "access_token") else { return false }
        let value = value(of: item)
        if value.utf8.starts(with: VirtualToken.prefix.utf8) { return true }
        guard value.utf8.contains(UInt8(ascii: "%")) else { return false }
        return PercentEncoding.decode(value)?.hasPrefix(VirtualToken.prefix) ?? false
    }

    /// Another value in every item of that name whose value is among `old`.
    mutating func replace(_ name: String, among old: [String], with value: String) {
        for (index, item) in items.enumerated()
        where RelayTarget.isItem(item, named: name) && old.contains(RelayTarget.text(of: item)) {
            items[index] = Substring(item.prefix { $0 != "=" } + "=" + PercentEncoding.escape(value))
        }
    }

    /// Where a token of Weir's stands that nothing takes out: WeChat would get to see it.
    var strayToken: RelayTargetProblem? {
        if VirtualToken.occurs(in: path[...]) { return .strayToken("the path") }
        let isStray = items.contains { !RelayTarget.isVirtualToken($0) && VirtualToken.occurs(in: $0) }
        return isStray ? .strayToken("another place of the query") : nil
    }
}
