import WireJSON

/// Tells what an attempt came to from what came back, by the rules of the error table.
///
/// It reads leniently and changes nothing: the bytes that a caller sees are WeChat's own.
public struct ReplyClassifier: Sendable {
    /// How many bytes of an errmsg are kept.
    public static let longestText = 1024
    /// An error that is labelled as a file is looked for in bodies of at most this many bytes.
    static let longestHiddenError = 64 << 10

    /// A classifier by ``ErrorCodeTable``.
    public init() {}

    /// Classifies an answer that came whole as far as HTTP can tell.
    ///
    /// | | outcome | answer |
    /// | --- | --- | --- |
    /// | 2xx, errcode absent or 0 | accepted | yes |
    /// | 2xx without a body where HTTP has none (HEAD, OPTIONS, 204, 205) | accepted | yes |
    /// | 2xx or 4xx with an errcode | by the table | yes |
    /// | 2xx, empty, cut, HTML, or anything but an object where JSON is due | unknown | no |
    /// | 4xx of a HEAD, which has no body to hold an errcode | request | yes |
    /// | 4xx without an errcode | by ``Classification/refusal(status:isCallersShape:)`` | yes |
    /// | 1xx, 3xx, 5xx | unknown | no |
    ///
    /// - Parameters:
    ///   - contentType: The header as it came. It decides nothing where JSON is due, since WeChat labels JSON in
    ///     several ways; elsewhere it tells a file from a page.
    ///   - api: What was called.
    ///   - method: How it was called.
    ///   - isCallersShape: Whether method, path and body are a caller's, as of a relayed call.
    public func classify(
        status: Int,
        contentType: String?,
        body: [UInt8],
        api: APIDescriptor,
        method: String = "POST",
        isCallersShape: Bool = false
    ) -> Classification {
        switch status {
        case 200..<300:
            let hasNoBody = method == "HEAD" || method == "OPTIONS" || status == 204 || status == 205
            return hasNoBody && body.isEmpty
                ? Classification(outcome: .accepted, breaker: .success)
                : classifySuccess(contentType: contentType, body: body, api: api)
        case 400..<500:
            if method == "HEAD", body.isEmpty, status != 429 { return .callersAffair }
            return classifyRefusal(status: status, body: body, api: api, isCallersShape: isCallersShape)
        // WeChat redirects nobody; a portal or a firewall does.
        case 300..<400: return .foreignPage
        default: return .noAnswer
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
        let nothing = Self.begins(span, "<") ? Classification.foreignPage : .noAnswer
        if !api.expectsJSON, !Self.isJSON(contentType, span) {
            if let error = classifyHiddenError(body, api: api) { return error }
            return span.isEmpty || Self.isPage(contentType, span)
                ? nothing : Classification(outcome: .accepted, breaker: .success)
        }
        guard let fields = try? ReplyFields(span) else { return nothing }
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

    /// WeChat's error under a label of some file: it must not reach a caller as one.
    private func classifyHiddenError(_ body: [UInt8], api: APIDescriptor) -> Classification? {
        guard body.count <= Self.longestHiddenError, Self.begins(body.span, "{"),
            let fields = try? ReplyFields(body.span), case .number(let code) = fields.code, code != 0
        else { return nil }
        return classify(code: code, fields: fields, body: body, api: api)
    }

    private func classifyRefusal(
        status: Int,
        body: [UInt8],
        api: APIDescriptor,
        isCallersShape: Bool
    ) -> Classification {
        if let fields = try? ReplyFields(body.span), case .number(let code) = fields.code, code != 0 {
            return classify(code: code, fields: fields, body: body, api: api)
        }
        return .refusal(status: status, isCallersShape: isCallersShape)
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
            isDuplicateOnRepeat: entry.isDuplicateOnRepeat,
            provesAccount: entry.provesAccount
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
