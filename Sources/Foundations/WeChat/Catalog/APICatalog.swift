/// The paths of WeChat's API that Weir knows by name.
///
/// A path that is not here is relayed all the same; it shares the label `other`.
public enum APICatalog {
    /// The label of every path that is not in the catalog.
    public static let otherLabel = "other"

    /// Every path of the catalog.
    public static let all: [APIDescriptor] =
        tokens + messages + management + media + users + account + service + statistics + miniProgram + commerce

    /// Every label there can be, `other` included.
    public static var labels: [String] {
        all.map(\.label) + [otherLabel]
    }

    private static let byPath = Dictionary(all.map { ($0.label, $0) }) { first, _ in first }

    private static let byFoldedPath = Dictionary(all.map { (fold($0.label), $0) }) { first, _ in first }

    private static let otherRead = APIDescriptor(
        label: otherLabel,
        group: .other,
        repeatability: .always,
        expectsJSON: false
    )

    private static let otherWrite = APIDescriptor(
        label: otherLabel,
        group: .other,
        repeatability: .never,
        expectsJSON: false
    )

    private static let notRelayed = APIDescriptor(
        label: otherLabel,
        group: .other,
        repeatability: .never,
        isRelayed: false
    )

    /// What is known of a call.
    ///
    /// The path comes without its query. A path that differs from a known one by case, doubled slashes or a slash at
    /// its end counts as that one, lest such a spelling get around the denied list. Of unknown paths, those that are
    /// read with GET or HEAD may be repeated.
    public static func descriptor(method: String, path: String) -> APIDescriptor {
        if let known = byPath[path] { return known }
        guard isPlain(path) else { return notRelayed }
        let folded = fold(path)
        if let known = byFoldedPath[folded] { return known }
        if isOtherProducts(folded) { return notRelayed }
        var unknown = method == "GET" || method == "HEAD" ? otherRead : otherWrite
        if folded.hasPrefix("/cgi-bin/media/") || folded.hasPrefix("/cgi-bin/material/") { unknown.group = .media }
        if folded.hasPrefix("/sns/") { (unknown.kind, unknown.group) = (.sns, .sns) }
        if folded.hasPrefix("/cgi-bin/clear_quota") { unknown.isDenied = true }
        return unknown
    }

    /// The path with every run of slashes written as one.
    public static func collapsingSlashes(_ path: String) -> String {
        var previous: UInt8 = 0
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.utf8.count)
        for byte in path.utf8 {
            if byte != UInt8(ascii: "/") || previous != byte { bytes.append(byte) }
            previous = byte
        }
        return bytes.count == path.utf8.count ? path : String(decoding: bytes, as: UTF8.self)
    }

    private static func fold(_ path: String) -> String {
        var folded = collapsingSlashes(path).lowercased()
        if folded.count > 1, folded.hasSuffix("/") { folded.removeLast() }
        return folded
    }

    /// Whether the path is written as WeChat writes its own: escapes and dot segments would let a path say one thing to
    /// Weir and another to WeChat.
    public static func isPlain(_ path: String) -> Bool {
        guard path.utf8.count <= 256, path.utf8.first == UInt8(ascii: "/") else { return false }
        var previous: UInt8 = 0
        for byte in path.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"): break
            case UInt8(ascii: ".") where previous != UInt8(ascii: "/") && previous != UInt8(ascii: "."): break
            default: return false
            }
            previous = byte
        }
        return true
    }

    /// Whether a path is that of another product: WeCom, WeChat Pay, or the platform for third parties, whose calls
    /// take tokens that Weir doesn't have.
    private static func isOtherProducts(_ folded: String) -> Bool {
        otherProductsPaths.contains(folded) || otherProductsPrefixes.contains { folded.hasPrefix($0) }
    }

    private static let otherProductsPaths: Set<String> = [
        "/cgi-bin/gettoken", "/cgi-bin/get_jsapi_ticket", "/cgi-bin/message/send", "/cgi-bin/message/recall",
        "/cgi-bin/user/simplelist", "/cgi-bin/user/list", "/cgi-bin/user/getuserinfo",
        "/cgi-bin/user/convert_to_openid",
    ]

    private static let otherProductsPrefixes = [
        // The platform for third parties, where a path takes the platform's own token: component_access_token.
        "/cgi-bin/component/api_", "/cgi-bin/component/fastregister", "/cgi-bin/component/modify_wxa_",
        "/cgi-bin/component/get_domain_confirmfile", "/cgi-bin/component/clear_quota",
        // WeCom.
        "/cgi-bin/agent/", "/cgi-bin/appchat/", "/cgi-bin/auth/", "/cgi-bin/batch/", "/cgi-bin/checkin/",
        "/cgi-bin/corp/", "/cgi-bin/department/", "/cgi-bin/externalcontact/", "/cgi-bin/kf/", "/cgi-bin/linkedcorp/",
        "/cgi-bin/miniprogram/", "/cgi-bin/oa/", "/cgi-bin/service/", "/cgi-bin/tag/", "/cgi-bin/webhook/",
        // WeChat Pay.
        "/mmpaymkttransfers/", "/mmpaysptrans/", "/papay/", "/pay/", "/payitil/", "/risk/", "/secapi/", "/v3/",
    ]
}
