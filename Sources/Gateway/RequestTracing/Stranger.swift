/// Where a request came from, as far as its connection and its head say: for the log, so that "whose is it?" can be answered.
///
/// The peer is the connection's other end, a proxy's where there is one; what a header says of others is not believed. What the caller
/// wrote is cut and made printable.
public final class Stranger: Sendable {
    /// The IP address of the connection's other end; `nil` where there is no connection.
    public let peer: String?
    /// The `User-Agent` header.
    public let userAgent: String?
    /// The AppID that it named: no secret. `nil` for what doesn't look like one.
    public let appID: String?

    /// Bytes of a user agent that are kept.
    static let longestUserAgent = 128

    /// - Parameters:
    ///   - userAgent: as it came in.
    ///   - appID: as it came in.
    public init(peer: String?, userAgent: String? = nil, appID: String? = nil) {
        self.peer = peer
        self.userAgent = userAgent.map { Stranger.printable($0, bytes: Stranger.longestUserAgent) }
        self.appID = appID.flatMap { Stranger.isAppID($0) ? $0 : nil }
    }

    /// `wx` and letters and digits: never a secret or a token that stands in the wrong place.
    private static func isAppID(_ text: String) -> Bool {
        text.hasPrefix("wx") && 4...32 ~= text.utf8.count
            && text.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
    }

    /// A foreign text as one that can be shown: cut to so many bytes, and with whatever does something in place of being shown as
    /// `\u{…}`.
    package static func printable(_ text: String, bytes: Int) -> String {
        var (shown, room) = ("", bytes)
        for scalar in text.unicodeScalars {
            let piece = isShown(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
            room -= piece.utf8.count
            guard room >= 0 else { return shown + "…" }
            shown += piece
        }
        return shown
    }

    /// Whether it is shown and does nothing else, as controls, directions of writing and ends of lines do.
    package static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
