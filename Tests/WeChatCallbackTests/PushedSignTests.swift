import Testing

@testable import WeChatCallback

/// What a push says of its user: that they can be reached again.
@Suite struct PushedSignTests {
    private func push(_ body: String) throws -> CallbackPush? {
        CallbackPush(try CallbackNode(body: Array(body.utf8)))
    }

    private func event(_ name: String, _ members: String = "") throws -> [PushedSign]? {
        try push(
            "<xml><FromUserName>o-1</FromUserName><MsgType>event</MsgType><Event>\(name)</Event>\(members)</xml>"
        )?.signs
    }

    @Test(arguments: [
        ("subscribe", [PushedSign.followed]), ("SUBSCRIBE", [.followed]), ("CLICK", [.spoke]), ("SCAN", [.spoke]),
        ("scancode_push", [.spoke]), ("scancode_waitmsg", [.spoke]), ("pic_weixin", [.spoke]),
        ("location_select", [.spoke]), ("user_enter_tempsession", [.spoke]), ("VIEW", []), ("LOCATION", []),
        ("unsubscribe", []), ("TEMPLATESENDJOBFINISH", []), ("", []),
    ])
    func `an event tells of its user what WeChat takes it for`(_ name: String, _ signs: [PushedSign]) throws {
        #expect(try event(name) == signs)
    }

    @Test(arguments: ["text", "image", "voice", "location"])
    func `whoever writes can be answered`(_ type: String) throws {
        let push = try push("<xml><FromUserName>o-1</FromUserName><MsgType>\(type)</MsgType></xml>")
        #expect(push?.signs == [.spoke] && push?.openID == "o-1")
    }

    @Test func `a consent is of its template, in XML and JSON, and a refusal is none`() throws {
        let items = [("A", "accept"), ("B", "reject"), ("C", "ACCEPT"), ("", "accept")]
        let list = items.map {
            "<List><TemplateId>\($0.0)</TemplateId><SubscribeStatusString>\($0.1)</SubscribeStatusString></List>"
        }.joined()
        let accepted = [PushedSign.accepted(template: "A"), .accepted(template: "C")]
        #expect(
            try event("subscribe_msg_popup_event", "<SubscribeMsgPopupEvent>\(list)</SubscribeMsgPopupEvent>")
                == accepted
        )
        let json = items.map { #"{"TemplateId":"\#($0.0)","SubscribeStatusString":"\#($0.1)"}"# }.joined(separator: ",")
        let body =
            #"{"FromUserName":"o-1","MsgType":"event","Event":"subscribe_msg_popup_event","List":[\#(json)]}"#
        #expect(try push(body)?.signs == accepted)
        #expect(try event("subscribe_msg_change_event", "<SubscribeMsgChangeEvent/>") == [])
    }

    @Test func `a list of consents has a bound, and a receipt names its template`() throws {
        let item = "<List><TemplateId>T</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        let many = String(repeating: item, count: 300)
        let signs = try event("subscribe_msg_popup_event", "<SubscribeMsgPopupEvent>\(many)</SubscribeMsgPopupEvent>")
        #expect(signs?.count == CallbackPush.mostReceipts)
        let sent = "<List><TemplateId>T</TemplateId><MsgID>1</MsgID><ErrorCode>43101</ErrorCode></List>"
        let body =
            "<xml><FromUserName>o-1</FromUserName><MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event>"
            + "<SubscribeMsgSentEvent>\(sent)</SubscribeMsgSentEvent></xml>"
        #expect(try push(body)?.receipts.map(\.template) == ["T"])
    }
}
