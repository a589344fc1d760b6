/// What a phone showed.
struct Delivery: Equatable, Sendable {
    /// Microseconds since 1970.
    var at: Int64
    var appID: String
    var api: String
    /// `*` when a mass message went to everyone.
    var openID: String
    var templateID: String?
    var clientMessageID: String?
    var messageID: Int64
    /// The request's body, which is JSON.
    var body: [UInt8]

    func json(number: Int) -> [UInt8] {
        let head = """
            {"index":\(number),"at":\(at / 1000),"appid":\(JSON.quoted(appID)),"api":\(JSON.quoted(api)),\
            "openid":\(JSON.quoted(openID)),"template_id":\(JSON.quoted(templateID)),\
            "client_msg_id":\(JSON.quoted(clientMessageID)),"msgid":\(messageID),"body":
            """
        return Array(head.utf8) + body + [UInt8(ascii: "}")]
    }
}
