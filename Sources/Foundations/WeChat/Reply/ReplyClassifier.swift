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

extension ReplyClassifier {
    /// Takes an errmsg apart: `... rid: 62bac4fd-3b536b18-3819fb88`.
    static func split(_ body: [UInt8], _ range: Range<Int>) -> (errmsg: String, rid: String?) {
        let kept = range.prefix(longestText)
        let text = JSONText.string(body, kept.startIndex..<kept.endIndex)
        var bytes = Array(text.utf8)
        let marker = Array("rid: ".utf8)
        var start = bytes.count - marker.count
        while start >= 0, !bytes[start...].starts(with: marker) { start -= 1 }
        guard start >= 0 else { return (text, nil) }
        let rid = bytes[(start + marker.count)...].prefix { byte in
            byte == UInt8(ascii: "-") || JSONText.hexDigit(byte) != nil
        }
        guard !rid.isEmpty, rid.endIndex == bytes.count || bytes[rid.endIndex] <= 0x20 else { return (text, nil) }
        let id = String(decoding: rid, as: UTF8.self)
        bytes.removeSubrange(start..<rid.endIndex)
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        return (String(decoding: bytes, as: UTF8.self), id)
    }

    /// Whether a body that may be a file is JSON after all, as errors on media paths are.
    static func isJSON(_ contentType: String?, _ body: Span<UInt8>) -> Bool {
        if let contentType, !contentType.isEmpty {
            if hasPrefix(contentType, "application/json") { return true }
            if !hasPrefix(contentType, "text/") { return false }
        }
        return begins(body, "{")
    }

    /// Whether a text begins with `character`, a byte order mark and white space apart.
    static func begins(_ body: Span<UInt8>, _ character: Unicode.Scalar) -> Bool {
        let index = textStart(body)
        return index < body.count && body[index] == UInt8(ascii: character)
    }

    /// Where the text begins after a byte order mark and white space.
    private static func textStart(_ body: Span<UInt8>) -> Int {
        var index = starts(body, at: 0, with: "\u{FEFF}") ? 3 : 0
        while index < body.count, body[index] <= 0x20 { index += 1 }
        return index
    }

    /// Whether a body that may be a file is a page of some proxy.
    static func isPage(_ contentType: String?, _ body: Span<UInt8>) -> Bool {
        if let contentType, !contentType.isEmpty { return hasPrefix(contentType, "text/html") }
        let index = textStart(body)
        return starts(body, at: index, with: "<!doctype") || starts(body, at: index, with: "<html")
    }

    private static func starts(_ body: Span<UInt8>, at start: Int, with prefix: String) -> Bool {
        guard start + prefix.utf8.count <= body.count else { return false }
        var index = start
        for byte in prefix.utf8 {
            guard lowercase(body[index]) == byte else { return false }
            index += 1
        }
        return true
    }

    /// Compares without regard to ASCII case; `prefix` is in lower case.
    private static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
        text.utf8.lazy.map(lowercase).starts(with: prefix.utf8)
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}

/// The few members of an answer that classification needs, found in one pass.
struct ReplyFields {
    enum Code: Equatable {
        case absent
        case number(Int)
        /// It is there, but neither a number nor a string of digits.
        case unreadable
    }

    var code = Code.absent
    /// The inside of the string errmsg.
    var message: Range<Int>?
    var msgid: Int64?
    var hasAccessToken = false
    /// The value of `base_resp`, in which device-style APIs wrap the code.
    private var wrapper: Range<Int>?

    /// Reads a document that must be a whole object; what follows it or stands in its strings is read leniently. Of
    /// members with the same name the last one counts.
    init(_ bytes: Span<UInt8>) throws(JSONProblem) {
        _ = try JSONScanner.forEachMember(of: bytes, rules: .lenient) { read($0, of: bytes, isWrapped: false) }
        if code == .absent, let wrapper {
            try JSONScanner.forEachMember(ofObjectAt: wrapper.lowerBound, in: bytes) {
                read($0, of: bytes, isWrapped: true)
            }
        }
    }

    private mutating func read(_ member: JSONMember, of bytes: Span<UInt8>, isWrapped: Bool) {
        switch member.name.count {
        case 3 where isWrapped && JSONText.equals(bytes, member.name, "ret"):
            code = Self.code(bytes, member)
        case 5 where JSONText.equals(bytes, member.name, "msgid"):
            msgid = Self.integer(bytes, member)
        case 6 where JSONText.equals(bytes, member.name, "errmsg"):
            message = member.kind == .string ? Self.inside(member) : nil
        case 6 where JSONText.equals(bytes, member.name, "msg_id"):
            msgid = Self.integer(bytes, member)
        case 7 where JSONText.equals(bytes, member.name, "errcode"):
            code = Self.code(bytes, member)
        case 7 where isWrapped && JSONText.equals(bytes, member.name, "err_msg"):
            message = member.kind == .string ? Self.inside(member) : nil
        case 9 where member.kind == .object && JSONText.equals(bytes, member.name, "base_resp"):
            wrapper = member.value
        case 12 where JSONText.equals(bytes, member.name, "access_token"):
            hasAccessToken = member.kind == .string && member.value.count > 2
        default:
            break
        }
    }

    private static func inside(_ member: JSONMember) -> Range<Int> {
        (member.value.lowerBound + 1)..<(member.value.upperBound - 1)
    }

    private static func integer(_ bytes: Span<UInt8>, _ member: JSONMember) -> Int64? {
        switch member.kind {
        case .number: JSONText.integer(bytes, member.value)
        case .string: JSONText.integer(bytes, inside(member))
        default: nil
        }
    }

    private static func code(_ bytes: Span<UInt8>, _ member: JSONMember) -> Code {
        if member.kind == .null { return .absent }
        guard let value = integer(bytes, member), let code = Int(exactly: value) else { return .unreadable }
        return .number(code)
    }
}
