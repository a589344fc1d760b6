/// What an API answers, before any fault.
struct APIReply: Equatable, Sendable {
    var status = 200
    var contentType = Self.json
    var body: [UInt8]
    /// What the body says; nil when it has no errcode.
    var errcode: Int?

    /// WeChat says `encoding`, where HTTP has `charset`.
    static let json = "application/json; encoding=utf-8"

    static func text(_ body: String, errcode: Int? = nil) -> APIReply {
        APIReply(body: Array(body.utf8), errcode: errcode)
    }

    /// `{"errcode":0,"errmsg":"ok"` and further members, each written as `,"name":value`.
    static func ok(_ members: String = "") -> APIReply {
        .text("{\"errcode\":0,\"errmsg\":\"ok\"\(members)}", errcode: 0)
    }
}
