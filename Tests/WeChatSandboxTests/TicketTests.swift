import Testing

@testable import WeChatSandbox

@Suite struct TicketTests {
    private func ticket(_ client: SandboxClient, _ type: String) async throws -> (value: String, expiresIn: Int) {
        let token = try await client.stableToken().value
        let answer = try await client.call("GET", "/cgi-bin/ticket/getticket?access_token=\(token)&type=\(type)")
        return (answer.json?["ticket"]?.text ?? "", answer.json?["expires_in"]?.int ?? 0)
    }

    @Test func `a ticket stays the same until its last five minutes, one for each type`() async throws {
        try await withSandbox { client in
            let first = try await ticket(client, "jsapi")
            #expect(first.expiresIn == 7200 && !first.value.isEmpty)
            client.clock.advance(seconds: 6000)
            let again = try await ticket(client, "jsapi")
            #expect(again.value == first.value && again.expiresIn == 1200)
            let card = try await ticket(client, "wx_card")
            #expect(card.value != first.value && card.expiresIn == 7200)
            client.clock.advance(seconds: 900)
            let next = try await ticket(client, "jsapi")
            #expect(next.value != first.value && next.expiresIn == 7200)
        }
    }

    @Test(arguments: ["", "other"])
    func `there is no ticket of another type`(_ type: String) async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let answer = try await client.call("GET", "/cgi-bin/ticket/getticket?access_token=\(token)&type=\(type)")
            #expect(answer.errcode == 40097)
        }
    }
}
