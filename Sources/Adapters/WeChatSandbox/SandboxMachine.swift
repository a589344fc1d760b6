internal import Foundation
internal import HTTPServing

/// All that a sandbox knows, as a value: calls go in with the time (microseconds since 1970), answers come out.
struct SandboxMachine: Equatable, Sendable {
    let original: SandboxConfiguration
    var rules: SandboxConfiguration
    var generator: SplitMix
    var tokens = TokenBook()
    var tickets = TicketBook()
    var quotas = QuotaBook()
    var faults = FaultBook()
    var callbacks = CallbackBook()
    /// Of template messages: openid and client_msg_id, ten minutes.
    var messages = DuplicateWindow(window: 600_000_000)
    /// Of mass messages: clientmsgid, a day.
    var massMessages = DuplicateWindow(window: 86_400_000_000)
    /// Of WeCom's messages whose duplicates are checked: the same request, half an hour.
    var companyMessages = DuplicateWindow(window: 1_800_000_000, capacity: 10_000)
    var deliveries: BoundedLog<Delivery>
    var requests: BoundedLog<RequestRecord>
    /// Above 2^53, as WeChat's are: who reads them as floating point numbers gets them wrong.
    var lastMessageID: Int64 = 3_557_254_367_693_750_000

    init(_ configuration: SandboxConfiguration, seed: UInt64) {
        original = configuration
        rules = configuration
        generator = SplitMix(seed: seed)
        deliveries = BoundedLog(capacity: configuration.keptDeliveries)
        requests = BoundedLog(capacity: configuration.keptRequests)
    }

    /// Everything as at the start, the configuration too; chance goes on, so that no token comes twice.
    mutating func reset() {
        let generator = generator
        self = SandboxMachine(original, seed: 0)
        self.generator = generator
    }

    /// One call of an API.
    mutating func take(_ call: APICall, at now: Int64) -> AnswerPlan {
        var record = RequestRecord(at: now, method: call.method, path: call.path)
        record.clientMessageID = call.json?["client_msg_id"]?.text ?? call.json?["clientmsgid"]?.text
        let fault = faults.take(call, using: &generator)
        record.fault = fault?.id
        let reply: APIReply =
            if let fault, !fault.accepts { APIReply(body: []) } else { answer(call, &record, at: now) }
        let plan = fault.map { self.plan(for: $0, reply, at: now) } ?? AnswerPlan(reply: reply)
        if plan.ending == .whole {
            record.errcode = plan.reply.errcode
            record.status = plan.reply.status
        }
        requests.append(record)
        return plan
    }

    private mutating func plan(for fault: Fault, _ reply: APIReply, at now: Int64) -> AnswerPlan {
        var plan = AnswerPlan(reply: reply, delayMilliseconds: fault.milliseconds ?? 0)
        switch fault.kind {
        case .latency:
            break
        case .hang, .hangAfterAccept:
            plan.delayMilliseconds = fault.milliseconds ?? 60_000
            plan.ending = .close
        case .reset, .resetAfterAccept:
            plan.ending = .reset
        case .closeAfterAccept:
            plan.ending = .close
        case .status:
            plan.reply = APIReply(status: fault.status ?? 502, contentType: "text/html", body: [])
        case .html:
            let page = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
            plan.reply = APIReply(status: fault.status ?? 200, contentType: "text/html", body: Array(page.utf8))
        case .truncated:
            plan.reply.body = Array(reply.body.prefix(reply.body.count / 2))
            plan.reply.errcode = nil
        case .cut:
            plan.ending = .cut(afterBytes: reply.body.count / 2)
        case .empty:
            plan.reply.body = []
            plan.reply.errcode = nil
        case .errcode:
            plan.reply = failure(fault.errcode, fault.errcode == -1 ? "system error" : "sandbox fault", at: now)
        }
        return plan
    }

    private mutating func answer(_ call: APICall, _ record: inout RequestRecord, at now: Int64) -> APIReply {
        if call.isChunked { return APIReply(status: 412, body: []) }
        guard let rule = APIRule.all[call.path] else { return failure(40066, "invalid url", at: now) }
        switch (rule.method, call.method) {
        case (.post, "POST"), (.get, "GET"), (.either, "GET"), (.either, "POST"): break
        case (.post, _): return failure(43002, "require POST method", at: now)
        default: return failure(43001, "require GET method", at: now)
        }
        if rule.operation == .companyToken { return companyToken(call, rule, &record, at: now) }
        guard rule.needsToken else { return answerWithoutToken(call, rule, &record, at: now) }
        record.tokenIsValid = false
        guard let token = call.parameter("access_token") else { return failure(41001, "access_token missing", at: now) }
        let check = tokens.check(token, at: now)
        guard rule.isCompanys == tokens.isCompanys(token) else {
            return failure(40014, "invalid access_token", at: now)
        }
        switch check {
        case .malformed:
            return failure(40014, "invalid access_token", at: now)
        case .dead where rule.isCompanys:
            return failure(40014, "invalid access_token", at: now)
        case .dead:
            let advice =
                "could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r"
            return failure(40001, "invalid credential, access_token is invalid or not latest, \(advice)", at: now)
        case .expired:
            return failure(42001, "access_token expired", at: now)
        case .valid(let appID):
            record.tokenIsValid = true
            record.appID = appID
            return count(call, rule, appID, at: now) ?? answer(call, rule.operation, appID, at: now)
        }
    }

    /// Counts the call; the refusal if it is one too many.
    mutating func count(_ call: APICall, _ rule: APIRule, _ appID: String, at now: Int64) -> APIReply? {
        // Its own allowance is counted by QuotaBook.clear; the call that frees a used-up account must always get through.
        if rule.operation == .quotaClear { return nil }
        switch quotas.take(QuotaBook.Key(appID: appID, path: call.path), limits(of: call.path, rule), at: now) {
        case .allowed: return nil
        case .dayUsedUp: return failure(45009, "reach max api daily quota limit", at: now)
        case .minuteUsedUp:
            return failure(45011, "api minute-quota reach limit, must slower, retry next minute", at: now)
        }
    }

    func limits(of path: String, _ rule: APIRule) -> QuotaBook.Limits {
        QuotaBook.Limits(
            daily: rules.dailyQuotas[path] ?? rules.dailyQuotas["*"] ?? rule.daily,
            minute: rules.minuteQuotas[path] ?? rules.minuteQuotas["*"] ?? rule.minute
        )
    }

    private mutating func answer(_ call: APICall, _ operation: APIRule.Operation, _ appID: String, at now: Int64)
        -> APIReply
    {
        switch operation {
        case .template, .bizSubscribe, .miniSubscribe, .custom: sendMessage(call, operation, appID, at: now)
        case .massList, .massAll: sendMass(call, operation, appID, at: now)
        case .companyMessage: sendToCompany(call, appID, at: now)
        case .quotaGet: quota(call, appID, at: now)
        case .quotaClear: clearQuota(call, appID, at: now)
        case .templateList: templateList()
        case .industry: industry()
        case .ipList: .text("{\"ip_list\":[\"101.226.62.77\",\"101.226.62.78\"]}")
        case .mediaGet: media(call, at: now)
        case .mediaUpload: upload(call, at: now)
        case .userInfo: userInfo(call, at: now)
        case .ticket: ticket(call, appID, at: now)
        case .token, .stableToken, .codeToSession, .oauthToken, .companyToken: failure(40066, "invalid url", at: now)
        }
    }

    /// An answer that refuses, with a rid as WeChat appends it: time in hex and two more groups.
    mutating func failure(_ errcode: Int, _ text: String, members: String = "", at now: Int64) -> APIReply {
        let chance = generator.next()
        let rid = [UInt64(bitPattern: now / 1_000_000), chance >> 32, chance & 0xFFFF_FFFF].map {
            JSON.hex($0, digits: 8)
        }
        let errmsg = JSON.quoted("\(text) rid: \(rid.joined(separator: "-"))")
        return .text("{\"errcode\":\(errcode),\"errmsg\":\(errmsg)\(members)}", errcode: errcode)
    }
}

/// A request to one of WeChat's paths, read as far as anybody needs it.
struct APICall: Equatable, Sendable {
    var method: String
    var path: String
    var query: [String: String] = [:]
    var contentType: String?
    var isChunked = false
    var bodyLength = 0
    var rawBody: [UInt8] = []
    /// nil when the body isn't JSON.
    var json: JSON?

    /// A parameter of the query; an empty one is a missing one.
    func parameter(_ name: String) -> String? {
        query[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    static func parse(query: String?) -> [String: String] {
        guard let query, !query.isEmpty else { return [:] }
        var result: [String: String] = [:]
        // By bytes: splitting by characters costs more than all the rest of a call.
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            result[decode(Substring(pair[..<end]))] = decode(Substring(pair[end...].dropFirst()))
        }
        return result
    }

    private static func decode(_ text: Substring) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}

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

/// What to do with a request: wait, answer, end the connection.
struct AnswerPlan: Equatable, Sendable {
    /// How the answer's sending ends.
    enum Ending: Equatable {
        /// All of it is sent.
        case whole
        /// `Content-Length` promises all of the body, so many bytes of it are sent, and the connection is closed.
        case cut(afterBytes: Int)
        /// Nothing is sent and the connection is closed in an orderly way (FIN).
        case close
        /// Nothing is sent and the connection is reset (RST).
        case reset
    }

    var reply: APIReply
    /// Before the answer.
    var delayMilliseconds = 0
    var ending = Ending.whole
}
