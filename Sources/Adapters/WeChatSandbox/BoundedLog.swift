/// The newest entries of a log, each with its number since the start.
struct BoundedLog<Element: Equatable & Sendable>: Equatable, Sendable {
    let capacity: Int
    private var elements: [Element] = []
    /// How many were ever appended: the number that the next one gets.
    private(set) var total = 0

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    mutating func append(_ element: Element) {
        if elements.count < capacity {
            elements.append(element)
        } else {
            elements[total % capacity] = element
        }
        total += 1
    }

    /// The number of the oldest entry that is still kept.
    var first: Int {
        total - elements.count
    }

    /// At most `limit` kept entries from number `index` on, oldest first.
    func entries(since index: Int, limit: Int = .max) -> [(number: Int, element: Element)] {
        let start = min(max(index, first), total)
        return (start..<min(total, start.addingReportingOverflow(limit).overflow ? total : start + limit)).map {
            (number: $0, element: elements[$0 % capacity])
        }
    }
}

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
