/// What `POST /v1/messages` takes.
struct Message: Sendable {
    var type: String
    var body: String
    /// Further members, each with its comma in front.
    var members = ""

    var json: String {
        "{\"type\":\"\(type)\"\(members),\"message\":\(body)}"
    }

    static func template(to openID: String, value: String = "x", members: String = "") -> Message {
        Message(type: "template", body: templateBody(to: openID, value: value), members: members)
    }

    static func custom(to openID: String, members: String = "") -> Message {
        Message(type: "custom", body: customBody(to: openID), members: members)
    }

    /// WeChat's own body of a template message.
    static func templateBody(to openID: String, value: String = "x") -> String {
        """
        {"touser":"\(openID)","template_id":"order-shipped","data":{"thing1":{"value":"\(value)"}}}
        """
    }

    /// WeChat's own body of a customer-service text.
    static func customBody(to openID: String) -> String {
        """
        {"touser":"\(openID)","msgtype":"text","text":{"content":"hello"}}
        """
    }
}
