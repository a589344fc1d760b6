import Testing

@testable import WeChatCallback

@Suite struct CallbackNodeTests {
    private static let list = CallbackNode(
        "xml",
        children: [
            CallbackNode("A", text: "1 < 2 & \"é\""),
            CallbackNode("List", children: [CallbackNode("Id", text: "1")]),
            CallbackNode("List", children: [CallbackNode("Id", text: "2")]),
            CallbackNode("Empty"),
        ]
    )

    @Test(arguments: [
        "<xml><A><![CDATA[1 < 2 & \"é\"]]></A><List><Id>1</Id></List><List><Id>2</Id></List><Empty/></xml>",
        "<xml><A>1 &lt; 2 &amp; &quot;&#233;&quot;</A><List><Id>1</Id></List><List><Id>2</Id></List><Empty></Empty></xml>",
        "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n <A>1 &#60; 2 &#38; &#x22;&#xe9;\"</A><!-- <b> -->\n"
            + "<List>\n<Id>1</Id> </List><List><Id>2</Id></List>\n<Empty />\n</xml>\n",
        #"{"A":"1 < 2 & \"é\"","List":[{"Id":"1"},{"Id":2}],"Empty":""}"#,
        #"  {"A":"1 < 2 & \"\u00e9\"","List":[{"Id":1},{"Id":"2"}],"Empty":null}"#,
    ])
    func `XML and JSON say the same`(_ body: String) throws {
        #expect(try CallbackNode(body: Array(body.utf8)) == Self.list)
    }

    private static let bomb =
        "<!DOCTYPE xml [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><xml><A>&b;</A></xml>"

    @Test(arguments: [
        (bomb, CallbackBodyProblem.forbidden),
        ("<!DOCTYPE xml SYSTEM \"file:///etc/passwd\"><xml/>", .forbidden),
        ("<?xml version=\"1.0\"?><!DOCTYPE xml><xml/>", .forbidden),
        ("<xml><!ENTITY a \"b\"></xml>", .forbidden),
        ("<xml><A>&xxe;</A></xml>", .forbidden),
        ("<xml><A>&a", .forbidden),
        ("<xml><?php ?></xml>", .forbidden),
        ("<xml a=\"b\"></xml>", .forbidden),
        ("<xml xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include/></xml>", .forbidden),
        ("<xml>" + String(repeating: "<a>", count: 100_00), .tooDeep),
        (String(repeating: "{\"a\":", count: 5_000), .tooDeep),
        ("{\"a\":" + String(repeating: "[", count: 5_000), .tooDeep),
        ("<xml>" + String(repeating: "<a/>", count: 2_000) + "</xml>", .tooManyNodes),
        ("{\"a\":[" + String(repeating: "1,", count: 2_000) + "1]}", .tooManyNodes),
        ("<xml>" + String(repeating: "x", count: 200_000) + "</xml>", .tooLarge),
        ("", .malformed), ("x", .malformed), ("<xml>", .malformed), ("<xml></xm>", .malformed), ("</xml>", .malformed),
        ("<xml></xml><xml></xml>", .malformed), ("<xml></xml>x", .malformed), ("<xml><A></xml></A>", .malformed),
        ("<xml><![CDATA[", .malformed), ("<![CDATA[x]]>", .malformed), ("<xml><!-- </xml>", .malformed),
        ("<", .malformed),
        ("<xml", .malformed), ("< xml></xml>", .malformed), ("<xml>&#0;</xml>", .malformed),
        ("<xml>&#xD800;</xml>", .malformed),
        ("<xml>&#99999999999;</xml>", .forbidden), ("{\"a\":1", .malformed), ("{}}", .malformed), ("[1]", .malformed),
        ("<?xml", .malformed),
    ])
    func `what WeChat does not send is refused`(_ body: String, _ problem: CallbackBodyProblem) {
        #expect(throws: problem) { try CallbackNode(body: Array(body.utf8)) }
    }

    /// Every beginning of a body, and every body with one byte changed: nothing traps, and nothing takes long.
    @Test func `no cut and no changed byte does harm`() {
        let bodies = [Vectors.event, #"{"MsgType":"event","List":[{"MsgID":"1","ErrorCode":"0"}],"x":{"y":[[1]]}}"#]
        for body in bodies.map({ Array($0.utf8) }) {
            for index in body.indices {
                _ = try? CallbackNode(body: Array(body[..<index]))
                for byte in [0x00, 0x3C, 0x3E, 0x26, 0x5D, 0x7B, 0x22, 0xFF] as [UInt8] {
                    var changed = body
                    changed[index] = byte
                    _ = (try? CallbackNode(body: changed)).flatMap { CallbackPush($0) }
                }
            }
        }
    }

    @Test func `bytes that are no UTF-8 stand as such in a text`() throws {
        let body = Array("<xml><A><![CDATA[".utf8) + [0xFF, 0x07] + Array("]]></A></xml>".utf8)
        #expect(try CallbackNode(body: body)["A"]?.text == "\u{FFFD}\u{07}")
    }
}
