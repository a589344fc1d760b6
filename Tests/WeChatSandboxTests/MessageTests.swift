import Testing

@testable import WeChatSandbox

@Suite struct MessageTests {
    private static let custom = "/cgi-bin/message/custom/send"
    private static let biz = "/cgi-bin/message/subscribe/bizsend"
    private static let mini = "/cgi-bin/message/subscribe/send"
    private static let massList = "/cgi-bin/message/mass/send"
    private static let massAll = "/cgi-bin/message/mass/sendall"

    @Test func `a template message is accepted, has a msgid above 2^53 and shows on the phone`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let answer = try await client.send(SandboxClient.template(id: "m1"), token: token)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json; encoding=utf-8")
            #expect(answer.body == #"{"errcode":0,"errmsg":"ok","msgid":3557254367693750001}"#)
            let list = try await client.call("GET", "/_sandbox/deliveries")
            let delivery = list.json?["deliveries"]?.elements?.first
            #expect(delivery?["openid"] == .string("o1"))
            #expect(delivery?["api"] == .string(SandboxClient.templatePath))
            #expect(delivery?["template_id"] == .string("t1"))
            #expect(delivery?["client_msg_id"] == .string("m1"))
            #expect(delivery?["msgid"] == .integer(3_557_254_367_693_750_001))
            #expect(delivery?["at"] == .integer(client.clock.read() / 1000))
            #expect(delivery?["body"]?["data"]?["thing1"]?["value"] == .string("x"))
            #expect(list.json?["next"] == .integer(1))
            let later = try await client.call("GET", "/_sandbox/deliveries?since=1")
            #expect(later.json?["deliveries"] == .array([]))
        }
    }

    @Test func `the same client_msg_id to the same openid shows once in ten minutes`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let first = try await client.send(SandboxClient.template(id: "m1"), token: token)
            client.clock.advance(seconds: 599)
            #expect(try await client.send(SandboxClient.template(id: "m1"), token: token).body == first.body)
            _ = try await client.send(SandboxClient.template(to: "o2", id: "m1"), token: token)
            _ = try await client.send(SandboxClient.template(to: "o3"), token: token)
            _ = try await client.send(SandboxClient.template(to: "o3"), token: token)
            #expect(try await client.shown() == ["o1": 1, "o2": 1, "o3": 2])
            client.clock.advance(seconds: 1)
            #expect(try await client.send(SandboxClient.template(id: "m1"), token: token).body != first.body)
            #expect(try await client.shown()["o1"] == 2)
        }
    }

    @Test(arguments: [
        (SandboxClient.templatePath, "{", 47001),
        (SandboxClient.templatePath, "[]", 47001),
        (SandboxClient.templatePath, "", 47001),
        (SandboxClient.templatePath, #"{"template_id":"t","data":{}}"#, 40003),
        (SandboxClient.templatePath, #"{"touser":"bad1","template_id":"t","data":{}}"#, 40003),
        (SandboxClient.templatePath, #"{"touser":"x","template_id":"t","data":{}}"#, 40003),
        (SandboxClient.templatePath, #"{"touser":"o1","data":{}}"#, 40037),
        (SandboxClient.templatePath, #"{"touser":"o1","template_id":"bad","data":{}}"#, 40037),
        (SandboxClient.templatePath, #"{"touser":"o1","template_id":"t"}"#, 47003),
        (SandboxClient.templatePath, #"{"touser":"o1","template_id":"t","data":{"a":{}}}"#, 47003),
        (SandboxClient.templatePath, #"{"touser":"o-unfollowed1","template_id":"t","data":{}}"#, 43004),
        (SandboxClient.templatePath, #"{"touser":"o-refused1","template_id":"t","data":{}}"#, 43101),
        (biz, #"{"touser":"o1","template_id":"t","data":{"thing1":{"value":"123456789012345678901"}}}"#, 47003),
        (biz, #"{"touser":"o1","template_id":"t","data":{"thing1":{"value":"12345678901234567890"}}}"#, 0),
        (biz, #"{"touser":"o-unfollowed1","template_id":"t","data":{}}"#, 43101),
        (mini, #"{"touser":"o-refused1","template_id":"t","data":{}}"#, 43101),
        (mini, #"{"touser":"o1","template_id":"t","data":{}}"#, 0),
        (custom, #"{"touser":"o1","msgtype":"text","text":{"content":"hi"}}"#, 0),
        (custom, #"{"touser":"o1","msgtype":"news","news":{"articles":[]}}"#, 0),
        (custom, #"{"touser":"o1","msgtype":"text","text":{}}"#, 44004),
        (custom, #"{"touser":"o1","msgtype":"image","image":{"media_id":"bad"}}"#, 40007),
        (custom, #"{"touser":"o1","msgtype":"song"}"#, 40008),
        (custom, #"{"touser":"o-unfollowed","msgtype":"text","text":{"content":"hi"}}"#, 45015),
        (custom, #"{"touser":"o-refused","msgtype":"text","text":{"content":"hi"}}"#, 45047),
        (massList, #"{"touser":["o1"],"msgtype":"text","text":{"content":"hi"}}"#, 40130),
        (massList, #"{"touser":["o1","o2"],"msgtype":"text","text":{"content":"hi"}}"#, 0),
        (massList, #"{"touser":["o1","o2"]}"#, 40008),
        (massAll, #"{"msgtype":"text","text":{"content":"hi"}}"#, 40097),
        (massAll, #"{"filter":{"is_to_all":true},"msgtype":"text","text":{"content":"hi"}}"#, 0),
        (
            massAll, #"{"filter":{},"msgtype":"text","text":{},"clientmsgid":"123456789012345678901234567890123"}"#,
            45067
        ),
    ])
    func `a message is taken or refused`(path: String, body: String, errcode: Int) async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let answer = try await client.send(body, token: token, path: path)
            #expect(answer.status == 200)
            #expect(answer.errcode == errcode)
            #expect(try await client.shown().isEmpty == (errcode != 0))
        }
    }

    @Test func `a refusal names its rid`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let text = try await client.send("{", token: token).json?["errmsg"]?.text ?? ""
            #expect(text.wholeMatch(of: #/data format error rid: 6b011740-[0-9a-f]{8}-[0-9a-f]{8}/#) != nil, "\(text)")
        }
    }

    @Test func `a template list restricts the template ids`() async throws {
        var configuration = SandboxConfiguration()
        configuration.templates = ["t2"]
        try await withSandbox(configuration) { client in
            let token = try await client.stableToken().value
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 40037)
            #expect(try await client.call("POST", "/_sandbox/config", #"{"templates":["t1"]}"#).status == 200)
            #expect(try await client.send(SandboxClient.template(), token: token).errcode == 0)
            let list = try await client.call("GET", "/cgi-bin/template/get_all_private_template?access_token=\(token)")
            #expect(list.json?["template_list"]?.elements?.first?["template_id"] == .string("t1"))
            #expect(list.errcode == nil)
        }
    }

    @Test func `a mass message's clientmsgid is refused for a day with the old msg_id`() async throws {
        try await withSandbox { client in
            let token = try await client.stableToken().value
            let body = #"{"touser":["o1","o2"],"msgtype":"text","text":{"content":"hi"},"clientmsgid":"c1"}"#
            let first = try await client.send(body, token: token, path: Self.massList)
            #expect(first.errcode == 0)
            client.clock.advance(seconds: 7000)
            let second = try await client.send(body, token: try await client.stableToken().value, path: Self.massList)
            #expect(second.errcode == 45065)
            #expect(second.json?["msg_id"] == first.json?["msg_id"])
            #expect(try await client.shown() == ["o1": 1, "o2": 1])
            client.clock.advance(seconds: 86_400 - 7000)
            let third = try await client.send(body, token: try await client.stableToken().value, path: Self.massList)
            #expect(third.errcode == 0)
        }
    }

    @Test func `the window of duplicates keeps its newest`() {
        var window = DuplicateWindow(window: 1000, capacity: 3)
        for index in 0..<5000 { window.insert("\(index)", messageID: Int64(index), at: 0) }
        #expect(window.find("4996", at: 0) == nil)
        #expect(window.find("4997", at: 999) == 4997)
        #expect(window.find("4999", at: 1000) == nil)
    }
}
