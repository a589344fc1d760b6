import Testing
import Timekeeping
import WeChatCallback

@Suite struct CallbackPushTests {
    private static func push(_ members: String, user: String = "oUser", at time: Int = 1_700_000_000) throws
        -> CallbackPush
    {
        let body = """
            <xml><ToUserName>gh_1</ToUserName><FromUserName>\(user)</FromUserName><CreateTime>\(time)</CreateTime>\
            <MsgType>event</MsgType>\(members)</xml>
            """
        return try #require(CallbackPush(try CallbackNode(body: Array(body.utf8))))
    }

    private static func template(
        _ status: String,
        id: String = "3557254367693750277",
        event: String = "TEMPLATESENDJOBFINISH"
    )
        throws -> CallbackPush
    {
        try push("<Event>\(event)</Event><MsgID>\(id)</MsgID><Status><![CDATA[\(status)]]></Status>")
    }

    @Test(arguments: [
        ("success", PushedReceipt.State.delivered, nil as String?), (" Success ", .delivered, nil),
        ("failed:user block", .blocked, "failed:user block"), ("failed: user block", .blocked, "failed: user block"),
        ("failed: system failed", .failed, "failed: system failed"),
        ("failed:system failed", .failed, "failed:system failed"),
        ("failed:freq limit", .limited, "failed:freq limit"), ("failed:who knows", .failed, "failed:who knows"),
        ("FAILED", .failed, "FAILED"),
    ])
    func `a template message's status`(_ status: String, _ state: PushedReceipt.State, _ reason: String?) throws {
        for event in ["TEMPLATESENDJOBFINISH", "templatesendjobfinish"] {
            let receipt = try #require(Self.template(status, event: event).receipts.first)
            #expect(receipt.state == state && receipt.reason == reason && receipt.kind == .template)
            #expect(receipt.msgid == 3_557_254_367_693_750_277 && receipt.openID == "oUser")
            #expect(receipt.at == Timestamp(milliseconds: 1_700_000_000_000))
        }
    }

    @Test(arguments: ["", "sending", "unknown"])
    func `a status that says neither is no receipt`(_ status: String) throws {
        #expect(try Self.template(status).receipts == [])
    }

    @Test(arguments: ["0", "", "x"])
    func `an id of 0 is none`(_ id: String) throws {
        #expect(try Self.template("success", id: id).receipts.first?.msgid == .some(nil))
    }

    @Test(arguments: [
        ("0", "success", PushedReceipt.State.delivered), ("43101", "", .blocked), ("1", "user block", .blocked),
        ("43117", "", .limited), ("1", "freq limit", .limited), ("1", "system failed", .failed),
    ])
    func `each subscription message of a list has its own receipt`(
        _ code: String,
        _ words: String,
        _ state: PushedReceipt.State
    ) throws {
        let item = { (id: Int) in
            "<List><TemplateId>T</TemplateId><MsgID>\(id)</MsgID><ErrorCode>\(code)</ErrorCode><ErrorStatus>\(words)</ErrorStatus></List>"
        }
        let body =
            "<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent>\(item(7))\(item(8))</SubscribeMsgSentEvent>"
        let xml = try Self.push(body)
        let json = """
            {"ToUserName":"gh_1","FromUserName":"oUser","CreateTime":1700000000,"MsgType":"event","Event":"subscribe_msg_sent_event",\
            "List":[{"TemplateId":"T","MsgID":"7","ErrorCode":"\(code)","ErrorStatus":"\(words)"},\
            {"TemplateId":"T","MsgID":"8","ErrorCode":"\(code)","ErrorStatus":"\(words)"}]}
            """
        #expect(CallbackPush(try CallbackNode(body: Array(json.utf8)))?.receipts == xml.receipts)
        #expect(xml.receipts.map(\.state) == [state, state])
        #expect(xml.receipts.map(\.msgid) == [7, 8])
        #expect(Set(xml.receipts.map(\.digest)).count == 2)
    }

    @Test(arguments: [
        ("send success", PushedReceipt.State.delivered), ("sendsuccess", .delivered), ("send fail", .failed),
        ("err(10001)", .failed), ("err(40002)", .failed),
    ])
    func `a mass message's receipt tells the counts`(_ status: String, _ state: PushedReceipt.State) throws {
        let counts =
            "<TotalCount>100</TotalCount><FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount>"
        let push = try Self.push(
            "<Event>MASSSENDJOBFINISH</Event><MsgID>34182</MsgID><Status>\(status)</Status>\(counts)",
            user: "mphelper"
        )
        let receipt = try #require(push.receipts.first)
        #expect(receipt.state == state && receipt.kind == .mass && receipt.openID == "")
        #expect(receipt.reason?.hasSuffix("75 sent, 5 failed, 80 filtered of 100") == true)
    }

    @Test func `the same push again has the same digest, and no other has`() throws {
        let pushes = try [
            Self.template("success"), Self.template("success", id: "1"), Self.template("success", id: "0"),
            Self.push("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status>", user: "oOther"),
            Self.push(
                "<Event>TEMPLATESENDJOBFINISH</Event><MsgID>1</MsgID><Status>success</Status>",
                at: 1_700_000_001
            ),
        ]
        let digests = pushes.flatMap { $0.receipts.map(\.digest) }
        #expect(Set(digests).count == pushes.count)
        #expect(try Self.template("failed").receipts.first?.digest == digests[0])
    }

    @Test func `other events and messages bring no receipt, and what has no kind is no push`() throws {
        #expect(try Self.push("<Event>subscribe</Event>").receipts == [])
        #expect(try Self.push("<Event>subscribe_msg_popup_event</Event>").event == "subscribe_msg_popup_event")
        let text = CallbackNode(
            "xml",
            children: [CallbackNode("MsgType", text: "text"), CallbackNode("Content", text: "hi")]
        )
        #expect(CallbackPush(text)?.event == "" && CallbackPush(text)?.type == "text")
        #expect(CallbackPush(CallbackNode("xml")) == nil)
    }

    @Test func `a list has a bound, and so have WeChat's words`() throws {
        let items = String(repeating: "<List><MsgID>7</MsgID><ErrorCode>1</ErrorCode></List>", count: 300)
        #expect(
            try Self.push("<Event>subscribe_msg_sent_event</Event>\(items)").receipts.count == CallbackPush.mostReceipts
        )
        let long = try Self.template("failed:" + String(repeating: "x\u{1}", count: 4_000)).receipts.first?.reason
        #expect(long?.count == 128 && long?.contains("\u{1}") == false)
    }

    @Test(arguments: ["-5", "x", "99999999999999999999", "9223372036854775807"])
    func `a time that is none does no harm`(_ time: String) throws {
        let node = CallbackNode(
            "xml",
            children: [CallbackNode("MsgType", text: "event"), CallbackNode("CreateTime", text: time)]
        )
        #expect((CallbackPush(node)?.at.milliseconds ?? -1) >= 0)
    }
}
