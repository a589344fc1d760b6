/// What Weir knows about a path of WeChat's API before it calls it.
public struct APIDescriptor: Hashable, Sendable {
    /// Which token a path takes, and so what its token errors speak about.
    public enum Kind: String, Sendable {
        /// Hands out the access token; 40001 means that the AppSecret is wrong.
        case token
        /// Takes the account's access token; 40001 means that the token is.
        case business
        /// `/sns/**`: takes a user's token or the app's secret as the caller has it; its errors say nothing about the
        /// account's token.
        case sns
    }

    /// The path if the catalog has it, else ``APICatalog/otherLabel``: bounded, and so fit for a metric label.
    public var label: String
    /// Whose circuit breaker counts it.
    public var group: APIGroup
    /// Whether it may be called again while nobody knows what became of the first try.
    public var repeatability: Repeatability
    /// Whether every answer is JSON. Else it may be an image or a file.
    public var expectsJSON: Bool
    /// Whether a client needs the path in its list of apis: what costs a scarce allowance, reaches every follower or
    /// shows the real token.
    public var isDenied: Bool
    /// Whether Weir passes it on at all: not what belongs to another product of WeChat, and not what is no plain path.
    public var isRelayed: Bool
    /// Which token it takes.
    public var kind: Kind

    /// A descriptor; the defaults are those of most paths.
    public init(
        label: String,
        group: APIGroup,
        repeatability: Repeatability,
        expectsJSON: Bool = true,
        isDenied: Bool = false,
        isRelayed: Bool = true,
        kind: Kind = .business
    ) {
        self.label = label
        self.group = group
        self.repeatability = repeatability
        self.expectsJSON = expectsJSON
        self.isDenied = isDenied
        self.isRelayed = isRelayed
        self.kind = kind
    }

    static func read(_ path: String, _ group: APIGroup) -> APIDescriptor {
        APIDescriptor(label: path, group: group, repeatability: .always)
    }

    static func write(_ path: String, _ group: APIGroup, _ repeatability: Repeatability = .never) -> APIDescriptor {
        APIDescriptor(label: path, group: group, repeatability: repeatability)
    }

    static func download(_ path: String, _ group: APIGroup) -> APIDescriptor {
        APIDescriptor(label: path, group: group, repeatability: .always, expectsJSON: false)
    }

    static func denied(
        _ path: String,
        _ group: APIGroup,
        _ repeatability: Repeatability = .never
    ) -> APIDescriptor {
        APIDescriptor(label: path, group: group, repeatability: repeatability, isDenied: true)
    }
}
