/// Tells what an attempt came to from what came back, by the rules of the error table.
///
/// It reads leniently and changes nothing: the bytes that a caller sees are WeChat's own.
public struct ReplyClassifier: Sendable {
    /// How many bytes of an errmsg are kept.
    public static let longestText = 1024

    /// A classifier by ``ErrorCodeTable``.
    public init() {}

    /// Classifies an answer that came whole as far as HTTP can tell.
    ///
    /// | | outcome | answer |
    /// | --- | --- | --- |
    /// | 2xx, errcode absent or 0 | accepted | yes |
    /// | 2xx or 4xx with an errcode | by the table | yes |
    /// | 2xx, empty, cut, HTML, or anything but an object where JSON is due | unknown | no |
    /// | 408, 421, 425 without an errcode | transient: by their definition the request was not taken | yes |
    /// | 429 without an errcode | throttled | yes |
    /// | 412, and every other 4xx without an errcode | request | yes |
    /// | 1xx, 3xx, 5xx | unknown | no |
    ///
    /// - Parameters:
    ///   - contentType: The header as it came. It decides nothing where JSON is due, since WeChat labels JSON in
    /// several
    ///     ways; elsewhere it tells a file from a page.
    ///   - api: What was called.
    public func classify(
        status: Int,
        contentType: String?,
        body: [UInt8],
        api: APIDescriptor
    ) -> Classification {
        switch status {
        case 200..<300: classifySuccess(contentType: contentType, body: body, api: api)
        case 400..<500: classifyRefusal(status: status, body: body, api: api)
        default: .noAnswer
        }
    }

    /// Classifies an attempt that brought no answer: a failed connection, a timeout, a reset.
    ///
    /// - Parameter bytesLeft: Whether any byte of the request's body, or of a request without one, may have reached the
    ///   upstream.
    public func classify(failure bytesLeft: Bool) -> Classification {
        bytesLeft ? .noAnswer : Classification(outcome: .transient, breaker: .failure, isAnswer: false, scope: .api)
    }

    private func classifySuccess(contentType: String?, body: [UInt8], api: APIDescriptor) -> Classification {
        let span = body.span
        if !api.expectsJSON, !Self.isJSON(contentType, span) {
            return span.isEmpty || Self.isPage(contentType, span)
                ? .noAnswer : Classification(outcome: .accepted, breaker: .success)
        }
        guard let fields = try? ReplyFields(span) else { return .noAnswer }
        switch fields.code {
        case .number(let code):
            return classify(code: code, fields: fields, body: body, api: api)
        case .unreadable:
            return .noAnswer
        case .absent:
            // A token reply without a token is no reply at all.
            if api.kind == .token, !fields.hasAccessToken { return .noAnswer }
            return Classification(outcome: .accepted, msgid: fields.msgid, breaker: .success)
        }
    }

    private func classifyRefusal(status: Int, body: [UInt8], api: APIDescriptor) -> Classification {
        if let fields = try? ReplyFields(body.span), case .number(let code) = fields.code, code != 0 {
            return classify(code: code, fields: fields, body: body, api: api)
        }
        switch status {
        case 408, 421, 425: return Classification(outcome: .transient, breaker: .failure, scope: .api)
        case 429: return Classification(outcome: .throttled, breaker: .ignored, scope: .api, wait: .seconds(1))
        // WeChat answers 412 when a body came without Content-Length: Weir's own mistake.
        case 412: return Classification(outcome: .request, breaker: .ignored)
        default: return Classification(outcome: .request, breaker: .success)
        }
    }

    private func classify(code: Int, fields: ReplyFields, body: [UInt8], api: APIDescriptor) -> Classification {
        let entry = ErrorCodeTable.entry(code, on: api)
        var result = Classification(
            outcome: entry.outcome,
            errcode: code,
            msgid: fields.msgid,
            breaker: entry.breaker,
            scope: entry.scope,
            wait: entry.wait,
            isDuplicateOnRepeat: entry.isDuplicateOnRepeat
        )
        if let message = fields.message {
            if code == 0, JSONText.equals(body.span, message, "ok") {
                result.errmsg = "ok"
            } else {
                (result.errmsg, result.rid) = Self.split(body, message)
            }
        }
        return result
    }
}
