import Testing

@testable import WeChat

@Suite struct MessageTypeTests {
    private func problems(_ type: MessageType, _ body: String) -> [String] {
        type.validate(Array(body.utf8)).map { "\($0.field): \($0.problem)" }
    }

    @Test(arguments: [
        (
            MessageType.template,
            ##"{"touser":"o","template_id":"t","data":{"a":{"value":"x","color":"#f00"},"b":{"value":3}},"##
                + ##""url":"","topcolor":"#f"}"##
        ),
        (.template, #"{"touser":"o","template_id":"t","data":{},"client_msg_id":"01234567890123456789012345678901"}"#),
        (.subscribe, #"{"touser":"o","template_id":"t","data":{"thing1":{"value":"x"}},"page":"p"}"#),
        (.miniProgram, #"{"touser":"o","template_id":"t","data":{"thing1":{"value":"x"}},"lang":"zh_CN"}"#),
        (.custom, #"{"touser":"o","msgtype":"text","text":{"content":"hi"},"customservice":{"kf_account":"a@b"}}"#),
        (.custom, #"{"touser":"o","msgtype":"news","news":{"articles":[{}]}}"#),
        (.custom, #"{"touser":"o","msgtype":"msgmenu","msgmenu":{"list":[]}}"#),
        (.custom, #"{"touser":"o","msgtype":"brand_new","brand_new":{}}"#),
        (.mass, #"{"touser":["a","b"],"msgtype":"text","text":{"content":"hi"},"clientmsgid":"x"}"#),
        (.mass, #"{"filter":{"is_to_all":true},"msgtype":"mpnews","mpnews":{"media_id":"m"},"send_ignore_reprint":0}"#),
        (.mass, #"{"filter":{"is_to_all":false,"tag_id":2},"msgtype":"text","text":{"content":"hi"}}"#),
        (.mass, #"{"filter":{"tag_id":"2"},"msgtype":"text","text":{"content":"hi"}}"#),
    ])
    func `a right message passes`(_ type: MessageType, _ body: String) {
        #expect(problems(type, body) == [])
    }

    @Test(
        arguments: [
            (MessageType.template, "{}", ["touser: is required", "template_id: is required", "data: is required"]),
            (
                .template, #"{"touser":1,"template_id":null,"data":[]}"#,
                [
                    "touser: must be a string, not a number", "template_id: must be a string, not null",
                    "data: must be an object, not an array",
                ]
            ),
            (
                .subscribe, #"{"touser":"","template_id":"","data":"x"}"#,
                [
                    "touser: must have 1 to 128 characters", "template_id: must not be empty",
                    "data: must be an object, not a string",
                ]
            ),
            (
                .miniProgram,
                #"{"touser":"o","template_id":"t","data":{"a":"x","b":{},"c":{"value":{}},"d":{"value":null}}}"#,
                [
                    "data.a: must be an object, not a string", "data.b.value: is required",
                    "data.c.value: must be a string, not an object", "data.d.value: must be a string, not null",
                ]
            ),
            (
                .template, #"{"touser":"o","template_id":"t","data":{},"client_msg_id":7}"#,
                ["client_msg_id: must be a string, not a number"]
            ),
            (
                .template,
                #"{"touser":"o","template_id":"t","data":{},"client_msg_id":"012345678901234567890123456789012"}"#,
                ["client_msg_id: must have at most 32 ASCII characters"]
            ),
            (
                .template, #"{"touser":"o","template_id":"t","data":{},"client_msg_id":""}"#,
                ["client_msg_id: must not be empty: leave it out"]
            ),
            (
                .template, #"{"touser":"o","template_id":"t","data":{},"client_msg_id":"é"}"#,
                ["client_msg_id: must have at most 32 ASCII characters"]
            ),
            (
                .template, #"{"touser":"o","template_id":"t","data":{},"touser":"p"}"#,
                ["touser: is given more than once"]
            ),
            (
                .template, #"{"touser":"o","template_id":"t","data":{},"\u0064ata":{}}"#,
                ["data: is given more than once"]
            ),
            (.custom, "{}", ["touser: is required", "msgtype: is required"]),
            (.custom, #"{"touser":"o","msgtype":"text"}"#, ["text: is required"]),
            (.custom, #"{"touser":"o","msgtype":"text","text":"hi"}"#, ["text: must be an object, not a string"]),
            (.custom, #"{"touser":"o","msgtype":"text","text":{"content":""}}"#, ["text.content: must not be empty"]),
            (.custom, #"{"touser":"o","msgtype":"image","image":{}}"#, ["image.media_id: is required"]),
            (
                .custom, #"{"touser":"o","msgtype":"news","news":{"articles":{}}}"#,
                ["news.articles: must be an array, not an object"]
            ),
            (.custom, #"{"touser":"o","msgtype":true}"#, ["msgtype: must be a string, not a boolean"]),
            (.custom, #"{"touser":"o","msgtype":""}"#, ["msgtype: must have 1 to 64 characters"]),
            (
                .custom, #"{"touser":["o"],"msgtype":"brand_new"}"#,
                ["touser: must be a string, not an array", "brand_new: is required"]
            ),
            (.mass, "{}", ["touser: is required, or filter", "msgtype: is required"]),
            (
                .mass, #"{"touser":["a"],"msgtype":"text","text":{"content":"x"}}"#,
                ["touser: must have 2 to 10000 elements, not 1"]
            ),
            (
                .mass, #"{"touser":"a","msgtype":"text","text":{"content":"x"}}"#,
                ["touser: must be an array, not a string"]
            ),
            (
                .mass, #"{"touser":["a",1,"",null],"msgtype":"text","text":{"content":"x"}}"#,
                [
                    "touser[1]: must be a string, not a number", "touser[2]: must have 1 to 128 characters",
                    "touser[3]: must be a string, not null",
                ]
            ),
            (
                .mass, #"{"touser":["a","b"],"filter":{},"msgtype":"text","text":{"content":"x"}}"#,
                ["filter: must not stand beside touser"]
            ),
            (
                .mass, #"{"filter":{},"msgtype":"text","text":{"content":"x"}}"#,
                ["filter.tag_id: is required unless is_to_all is true"]
            ),
            (
                .mass, #"{"filter":{"is_to_all":1,"tag_id":[]},"msgtype":"text","text":{"content":"x"}}"#,
                ["filter.is_to_all: must be a boolean, not a number", "filter.tag_id: must be an integer"]
            ),
            (
                .mass,
                #"{"filter":[],"msgtype":"text","text":{"content":"x"},"#
                    + #""clientmsgid":"012345678901234567890123456789012"}"#,
                ["filter: must be an object, not an array", "clientmsgid: must have at most 32 ASCII characters"]
            ),
            (.template, "[]", [": not an object at byte 0"]), (.template, "{", [": the document ends early at byte 1"]),
        ] as [(MessageType, String, [String])]
    )
    func `a wrong message is told field by field`(_ type: MessageType, _ body: String, _ expected: [String]) {
        #expect(problems(type, body) == expected)
    }

    @Test(arguments: [(1, false), (2, true), (10_000, true), (10_001, false)])
    func `a mass message has 2 to 10000 recipients`(_ count: Int, _ isRight: Bool) {
        let list = (0..<count).map { "\"o\($0)\"" }.joined(separator: ",")
        #expect(
            problems(.mass, "{\"touser\":[\(list)],\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}").isEmpty
                == isRight
        )
    }

    @Test func `a report has an end`() {
        let data = (0..<1000).map { "\"k\($0)\":1" }.joined(separator: ",")
        #expect(problems(.template, "{\"data\":{\(data)}}").count == MessageValidator.longestReport)
        let list = (0..<1000).map { "\($0)" }.joined(separator: ",")
        #expect(problems(.mass, "{\"touser\":[\(list)]}").count == MessageValidator.longestReport)
    }

    @Test(
        arguments: [
            (MessageType.template, "/cgi-bin/message/template/send", "o"),
            (.subscribe, "/cgi-bin/message/subscribe/bizsend", "o"),
            (.miniProgram, "/cgi-bin/message/subscribe/send", "o"), (.custom, "/cgi-bin/message/custom/send", "o"),
            (.mass, "/cgi-bin/message/mass/send", nil), (.dingtalk, "/robot/send", nil),
            (.wecom, "/cgi-bin/webhook/send", nil),
        ] as [(MessageType, String, String?)]
    )
    func `a type knows its path and recipient`(_ type: MessageType, _ path: String, _ recipient: String?) {
        let body = Array(#"{"touser":"o"}"#.utf8)
        #expect(type.api(for: body) == path)
        #expect(type.recipient(in: body) == recipient)
        #expect(MessageType(name: type.name) == type)
    }

    @Test func `a mass message with a filter goes to all of it`() {
        #expect(MessageType.mass.api(for: Array(#"{"filter":{}}"#.utf8)) == "/cgi-bin/message/mass/sendall")
        #expect(MessageType.mass.api(for: Array(#"{"filter":{},"touser":[]}"#.utf8)) == "/cgi-bin/message/mass/send")
        #expect(MessageType.template.api(for: Array("x".utf8)) == nil)
        #expect(MessageType.template.recipient(in: Array(#"{"touser":1}"#.utf8)) == nil)
        #expect(MessageType(name: "news") == nil)
    }

    @Test func `robots' messages come from alerts alone`() {
        let robots: Set<MessageType> = [.dingtalk, .wecom, .wecomApp, .feishu, .webhook]
        #expect(Set(MessageType.open) == Set(MessageType.allCases).subtracting(robots))
        let body = #"{"msgtype":"text","text":{"content":"x"}}"#
        #expect(problems(.dingtalk, body).isEmpty && problems(.wecom, body).isEmpty)
        #expect(problems(.wecom, #"{"msgtype":"text","text":{}}"#) == ["text.content: is required"])
    }
}
