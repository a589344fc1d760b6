/// What holds for every call of one path, as WeChat's documentation has it.
struct APIRule: Equatable, Sendable {
    enum Method: Equatable {
        case get, post, either
    }

    enum Operation: Equatable {
        case token, stableToken
        case template, bizSubscribe, miniSubscribe, custom, massList, massAll
        case templateList, industry, quotaGet, quotaClear, ipList
        case mediaGet, mediaUpload, userInfo, ticket
        case codeToSession, oauthToken
        // WeCom's, at a host of its own in the real world.
        case companyToken, companyMessage
    }

    var method: Method
    var operation: Operation
    var daily = 1_000_000
    var minute: Int?

    var needsToken: Bool {
        switch operation {
        case .token, .stableToken, .codeToSession, .oauthToken, .companyToken: false
        default: true
        }
    }

    /// Whether it takes a token of WeCom's, and no other.
    var isCompanys: Bool { operation == .companyMessage }

    /// Daily defaults: the published limits of a new account.
    static let all: [String: APIRule] = [
        "/cgi-bin/token": APIRule(method: .get, operation: .token, daily: 2000),
        "/cgi-bin/stable_token": APIRule(method: .post, operation: .stableToken, daily: 500_000, minute: 10_000),
        "/cgi-bin/message/template/send": APIRule(method: .post, operation: .template, daily: 100_000),
        "/cgi-bin/message/subscribe/bizsend": APIRule(method: .post, operation: .bizSubscribe, daily: 10_000_000),
        "/cgi-bin/message/subscribe/send": APIRule(method: .post, operation: .miniSubscribe, daily: 10_000_000),
        "/cgi-bin/message/custom/send": APIRule(method: .post, operation: .custom, daily: 500_000),
        "/cgi-bin/message/mass/send": APIRule(method: .post, operation: .massList, daily: 100, minute: 60),
        "/cgi-bin/message/mass/sendall": APIRule(method: .post, operation: .massAll, daily: 100, minute: 60),
        "/cgi-bin/template/get_all_private_template": APIRule(method: .either, operation: .templateList),
        "/cgi-bin/template/get_industry": APIRule(method: .either, operation: .industry),
        "/cgi-bin/openapi/quota/get": APIRule(method: .post, operation: .quotaGet),
        "/cgi-bin/clear_quota": APIRule(method: .post, operation: .quotaClear),
        "/cgi-bin/get_api_domain_ip": APIRule(method: .get, operation: .ipList),
        "/cgi-bin/getcallbackip": APIRule(method: .get, operation: .ipList),
        "/cgi-bin/media/get": APIRule(method: .get, operation: .mediaGet, daily: 200_000),
        "/cgi-bin/media/upload": APIRule(method: .post, operation: .mediaUpload, daily: 100_000),
        "/cgi-bin/user/info": APIRule(method: .get, operation: .userInfo, daily: 5_000_000),
        "/cgi-bin/gettoken": APIRule(method: .get, operation: .companyToken),
        "/cgi-bin/message/send": APIRule(method: .post, operation: .companyMessage),
        "/cgi-bin/ticket/getticket": APIRule(method: .get, operation: .ticket),
        "/sns/jscode2session": APIRule(method: .get, operation: .codeToSession),
        "/sns/oauth2/access_token": APIRule(method: .get, operation: .oauthToken),
    ]
}
