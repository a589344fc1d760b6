import Testing

/// Tickets through the built binary: one of them for all clients, and pages that are signed with it.
struct TicketTests {
    private static let path = "/cgi-bin/ticket/getticket"

    @Test func `clients share one ticket, pages are signed with it, and it outlives a sick WeChat`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["shop": "", "crm": ""]) }
        let (sandbox, weir) = (stage.sandbox, stage.weir)
        var tickets: [String] = []
        for client in ["shop", "crm"] {
            let token = try await weir.token(secret: Stage.key(of: client))
            let answer = try await weir.api.get("\(Self.path)?access_token=\(token)&type=jsapi")
            #expect(
                answer.errcode == 0 && (7190...7200).contains(answer.json?["expires_in"]?.int ?? 0),
                "\(answer.text)"
            )
            tickets.append(answer.json?["ticket"]?.string ?? "")
        }
        #expect(Set(tickets).count == 1 && tickets[0].hasPrefix("sandbox-ticket_"))
        try await sandbox.fault(#""kind":"errcode","errcode":-1"#)
        let page = "https://shop.example/pay?id=1"
        let signed = try await weir.api.call(
            "GET",
            "/v1/apps/main/jssdk-signature?url=https%3A%2F%2Fshop.example%2Fpay%3Fid%3D1%23top",
            headers: Stage.authorization(of: "shop")
        )
        #expect(signed.status == 200 && signed.header("cache-control") == "no-store", "\(signed.text)")
        let data = try #require(signed.data)
        #expect(data["appId"]?.string == SandboxProcess.appID && data["url"]?.string == page)
        let text =
            "jsapi_ticket=\(tickets[0])&noncestr=\(data["nonceStr"]?.string ?? "")"
            + "&timestamp=\(data["timestamp"]?.int ?? 0)&url=\(page)"
        let run = try await CommandRun.shell("printf %s '\(text)' | sha1sum")
        #expect(run.output.hasPrefix(data["signature"]?.string ?? "-"))
        #expect(try await sandbox.requests(Self.path).count == 1)
    }
}
