/// Tickets that pages are signed with. Times are microseconds since 1970.
struct TicketBook: Equatable, Sendable {
    private struct Key: Hashable {
        var appID: String
        var type: String
    }

    private struct Ticket: Equatable {
        var value: String
        var expiresAt: Int64
    }

    /// As WeChat has them; of no other type is there a ticket.
    static let types: Set<String> = ["jsapi", "wx_card"]
    private static let capacity = 10_000
    private static let second: Int64 = 1_000_000

    private var tickets: [Key: Ticket] = [:]

    /// The ticket of the moment, and in the overlap before its end the next one.
    mutating func issue(
        _ type: String,
        of appID: String,
        rules: SandboxConfiguration,
        at now: Int64,
        using generator: inout SplitMix
    ) -> (value: String, expiresIn: Int) {
        let key = Key(appID: appID, type: type)
        let overlap = Int64(min(rules.tokenOverlap, rules.tokenLifetime / 2)) * Self.second
        if let known = tickets[key], now < known.expiresAt - overlap {
            return (known.value, Int((known.expiresAt - now) / Self.second))
        }
        if tickets.count >= Self.capacity { tickets = tickets.filter { $0.value.expiresAt > now } }
        if tickets.count >= Self.capacity { tickets = [:] }
        let value = "sandbox-ticket_" + (0..<4).map { _ in JSON.hex(generator.next(), digits: 16) }.joined()
        tickets[key] = Ticket(value: value, expiresAt: now + Int64(rules.tokenLifetime) * Self.second)
        return (value, rules.tokenLifetime)
    }
}
