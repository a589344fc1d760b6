import WireJSON

/// The success answer of `/cgi-bin/ticket/getticket`.
public struct TicketReply: Equatable, Sendable {
    /// The ticket: who has it can sign pages for the account.
    public var ticket: String
    /// What is left of its life, in seconds; positive.
    public var expiresIn: Int

    /// Reads an answer; nil unless it holds a ticket. Without a positive lifetime the ticket has ``TokenReply/shortLife``.
    public init?(_ body: [UInt8]) {
        guard let object = try? JSONObjectView(body, rules: .lenient),
            let ticket = object.string("ticket"), !ticket.isEmpty
        else { return nil }
        self.ticket = ticket
        expiresIn = object.value("expires_in").flatMap(TokenReply.seconds) ?? TokenReply.shortLife
    }

    /// As WeChat writes it.
    public static func body(ticket: String, expiresIn: Int) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.member("errcode", 0)
            $0.member("errmsg", "ok")
            $0.member("ticket", ticket)
            $0.member("expires_in", expiresIn)
        }
        return json.bytes
    }
}
