import WeChatCallback

/// What a page hands to `wx.config` so that it may use WeChat's JS-SDK.
///
/// `signature` is the SHA-1, in hex, of `jsapi_ticket=…&noncestr=…&timestamp=…&url=…` (WeChat's JS-SDK documentation, appendix 1).
public struct PageSignature: Equatable, Sendable {
    /// The account's AppID.
    public let appID: String
    /// Seconds since 1970.
    public let timestamp: Int64
    /// Another one each time.
    public let nonce: String
    /// 40 hex digits.
    public let signature: String
    /// The page that was signed: without its fragment, as WeChat asks for it.
    public let url: String

    init(appID: String, ticket: String, url: String, nonce: String, timestamp: Int64) {
        self.appID = appID
        self.timestamp = timestamp
        self.nonce = nonce
        self.url = url
        // WeChat signs callbacks in the same way, of several parts.
        signature = CallbackSignature.make([
            "jsapi_ticket=\(ticket)&noncestr=\(nonce)&timestamp=\(timestamp)&url=\(url)"
        ])
    }

    /// Bytes of a page's address.
    static let longestURL = 2048

    /// The address without its fragment; `nil` where it is none of a page's: http or https, visible ASCII, at most ``longestURL`` bytes.
    static func page(_ url: String) -> String? {
        let page = url.prefix { $0 != "#" }
        let isPage = ["https://", "http://"].contains { page.hasPrefix($0) && page.utf8.count > $0.utf8.count }
        guard isPage, page.utf8.count <= longestURL, page.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
        return String(page)
    }
}
