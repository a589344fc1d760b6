import Clients
import Settings

/// A relayed call that may go: as whom, for which app, and to which target.
final class RelayPassage: Sendable {
    let caller: Caller
    let app: ConfiguredApp
    /// The path as rules see it.
    let path: String
    let prefix: String
    let suffix: String
    /// Whether the app's real token goes between prefix and suffix.
    let usesToken: Bool
    /// Whether what WeChat says of the token, the account and the quota is about the app. Else it is the caller's affair alone.
    let concernsApp: Bool
    /// How a refusal of Weir's is numbered.
    let codes: RelayConfiguration.ErrorCodes

    private init(
        caller: Caller,
        app: ConfiguredApp,
        path: String,
        prefix: String,
        suffix: String,
        usesToken: Bool,
        concernsApp: Bool,
        codes: RelayConfiguration.ErrorCodes
    ) {
        self.caller = caller
        self.app = app
        self.path = path
        self.prefix = prefix
        self.suffix = suffix
        self.usesToken = usesToken
        self.concernsApp = concernsApp
        self.codes = codes
    }

    /// A call with the app's real token.
    static func withToken(
        _ identity: ClientDirectory.Identity,
        path: String,
        around sides: (prefix: String, suffix: String),
        concernsApp: Bool,
        codes: RelayConfiguration.ErrorCodes
    ) -> RelayPassage {
        RelayPassage(
            caller: identity.caller,
            app: identity.app,
            path: path,
            prefix: sides.prefix,
            suffix: sides.suffix,
            usesToken: true,
            concernsApp: concernsApp,
            codes: codes
        )
    }

    /// A call without any token of Weir's.
    static func asIs(
        _ target: RelayTarget,
        caller: Caller,
        app: ConfiguredApp,
        codes: RelayConfiguration.ErrorCodes
    ) -> RelayPassage {
        RelayPassage(
            caller: caller,
            app: app,
            path: target.canonicalPath,
            prefix: target.whole,
            suffix: "",
            usesToken: false,
            concernsApp: false,
            codes: codes
        )
    }
}
