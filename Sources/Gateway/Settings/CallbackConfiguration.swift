public import WeChatCallback

/// Where WeChat pushes an account's events, and how they are known to be WeChat's: as in the console of the account.
public struct CallbackConfiguration: Equatable, Sendable {
    /// The path of the address, beginning with a slash; of one app alone.
    public var path: String
    /// The console's Token.
    public var token: String
    /// EncodingAESKeys: the present one first, then the one before while WeChat may still use it. None in plain mode.
    public var aesKeys: [String] = []
    /// How bodies come.
    public var mode = CallbackAccount.Mode.safe

    /// An address in safe mode, which needs a key.
    public init(path: String, token: String) {
        self.path = path
        self.token = token
    }
}

/// What an app's receipts are expected to be like.
public struct ReceiptConfiguration: Equatable, Sendable {
    /// A sent message whose receipt has not come by then has none. Counted only for apps with a callback.
    public var missingAfter = Duration.seconds(3600)

    /// An hour.
    public init() {}
}
