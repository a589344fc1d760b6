import HTTPServing
import PrometheusMetrics
import WeChat
import Weir

/// `GET /v1/errcodes/{errcode}`: what an errcode is, whose doing, whether Weir repeats it and when, and what to do.
struct ErrorCodeReply: Sendable {
    private let answer: ErrorCodeAnswer
    private let language: WordLanguage

    /// - Parameter text: the last part of the path.
    init(_ text: String, of request: IncomingRequest) throws(MessageRefusal) {
        guard let code = Int(text) else {
            throw MessageRefusal(.invalid, "errcode must be a number, such as 45009", field: "errcode")
        }
        let query = QueryItems(request.query)
        if let unknown = query.unknownName(besides: ["api"]) {
            throw MessageRefusal(.invalid, "\(unknown) is not known: api is", field: unknown)
        }
        answer = ErrorCodeAnswer(code, api: query["api"])
        language = WordLanguage.preferred(acceptLanguage: request.joinedHeader("accept-language"))
    }

    func reply(traceID: String) -> OutgoingReply {
        let headers = [("Content-Language", language.rawValue), ("Vary", "Accept-Language")]
        return Envelope.success(200, "ok", traceID: traceID, headers: headers) { answer.write(to: &$0, in: language) }
    }
}

extension WordLanguage {
    /// What an `Accept-Language` header wants most (RFC 9110 12.5.4), by the first part of each range. English where it says nothing.
    static func preferred(acceptLanguage header: String?) -> WordLanguage {
        var best: (language: WordLanguage, weight: Int)?
        for element in WeightedElement.list(header ?? "") where element.weight > 0 {
            let primary = element.name.prefix { $0 != "-" }
            guard let language = WordLanguage(rawValue: String(primary)) else { continue }
            if best.map({ $0.weight < element.weight }) ?? true { best = (language, element.weight) }
        }
        return best?.language ?? .english
    }
}
