/// One API request as the sandbox saw it.
struct RequestRecord: Equatable, Sendable {
    /// Arrival, microseconds since 1970.
    var at: Int64
    var method: String
    var path: String
    var appID: String?
    /// nil when the API needs none.
    var tokenIsValid: Bool?
    var clientMessageID: String?
    /// nil when the answer had none, or there was no whole answer.
    var errcode: Int?
    var status: Int?
    /// The id of the fault that met it.
    var fault: Int?

    func json(number: Int) -> String {
        """
        {"index":\(number),"at":\(at / 1000),"at_us":\(at),"method":\(JSON.quoted(method)),"path":\(JSON.quoted(path)),\
        "appid":\(JSON.quoted(appID)),"token_valid":\(tokenIsValid.map { "\($0)" } ?? "null"),\
        "client_msg_id":\(JSON.quoted(clientMessageID)),"errcode":\(errcode.map { "\($0)" } ?? "null"),\
        "status":\(status.map { "\($0)" } ?? "null"),"fault":\(fault.map { "\($0)" } ?? "null")}
        """
    }
}
