import Clients
import Queueing
import RequestTracing
import Resilience
import Settings
import Timekeeping
import WeChat

extension RelayService {
    enum Authorisation {
        case granted(RelayPassage)
        case refused(RelayReply)
    }

    /// Who is calling and what goes on the wire in the place of the caller's credentials: known by the request's head alone.
    func authorise(_ inquiry: RelayInquiry) -> Authorisation {
        let target = inquiry.target
        if let stray = target.strayToken { return .refused(refuse(stray.refusal, stray.why, inquiry)) }
        let tokens = target.virtualTokens
        if let first = tokens.first {
            let identities = tokens.map { inquiry.directory.identity(token: $0) }
            guard let identity = identities[0], identities.allSatisfy({ $0 != nil }) else {
                return .refused(
                    refuse(.unknownClient, "this access_token is none of Weir's any more: fetch a new one", inquiry)
                )
            }
            guard tokens.allSatisfy({ $0 == first }) else {
                return .refused(refuse(.unknownClient, "two different tokens of Weir's are given", inquiry))
            }
            return admit(identity, inquiry)
        }
        if inquiry.api.kind == .sns { return userLogin(inquiry) }
        guard target.items.contains(where: RelayService.holdsToken) else {
            return .refused(refuse(.unknownClient, "access_token is missing", inquiry))
        }
        return foreign(inquiry)
    }

    private static func holdsToken(_ item: Substring) -> Bool {
        ["access_token", "component_access_token", "authorizer_access_token"]
            .contains { item.utf8.contains(UInt8(ascii: "=")) && RelayTarget.isItem(item, named: $0) }
    }

    /// A virtual token: the app's own takes its place, or on `/sns/**`, where access_token means a user's, nothing does.
    private func admit(_ identity: ClientDirectory.Identity, _ inquiry: RelayInquiry) -> Authorisation {
        let result = passage(of: identity, inquiry)
        if case .refused = result { account(.caller, identity.caller, app: identity.app.name, inquiry) }
        return result
    }

    private func passage(of identity: ClientDirectory.Identity, _ inquiry: RelayInquiry) -> Authorisation {
        let (caller, target, api) = (identity.caller, inquiry.target, inquiry.api)
        guard inquiry.directory.mayCall(api, caller: caller) else {
            let why = "\(api.label) is not for this client: clients.\(caller.label).apis does not list it"
            return .refused(refuse(.notRelayed, why, inquiry))
        }
        if let refusal = overRate(caller, identity.app, inquiry) { return .refused(refusal) }
        if api.kind == .sns { return login(caller, app: identity.app, inquiry) }
        guard let sides = target.splitAtVirtualToken() else {
            return .refused(refuse(.unknownClient, "access_token is missing", inquiry))
        }
        // Which of several WeChat reads, and what it says of it, is no news about the app's own.
        let isOnlyOne = target.count("access_token") == 1
        return .granted(
            .withToken(
                identity,
                path: target.canonicalPath,
                around: sides,
                concernsApp: isOnlyOne,
                codes: inquiry.codes(for: caller)
            )
        )
    }

    private func overRate(_ caller: Caller, _ app: ConfiguredApp, _ inquiry: RelayInquiry) -> RelayReply? {
        guard let wait = limits.gate.wait(for: caller, limit: inquiry.directory.client(caller)?.rate) else {
            return nil
        }
        let codes = inquiry.codes(for: caller)
        inquiry.request.trace.note { $0.app = app.name }
        let why = "client \(caller.label) is over its rate"
        var reply = refuse(.rateLimited, why, inquiry, because: .clientRate, wait: wait, codes: codes)
        reply.headers += limitFields(caller, app, inquiry)
        return reply
    }

    // MARK: Users' logins

    static let loginPaths: Set<String> = ["/sns/jscode2session", "/sns/oauth2/access_token"]

    /// `/sns/**` without a token of ours: a user's login, for which a client's key stands for the AppSecret, or what is done with a
    /// user's token, which names no app.
    private func userLogin(_ inquiry: RelayInquiry) -> Authorisation {
        let (target, directory) = (inquiry.target, inquiry.directory)
        let appIDs = target.values("appid")
        let caller = target.values("secret").lazy.compactMap { directory.caller(key: $0) }.first ?? Caller(name: "")
        guard let app = appIDs.lazy.compactMap({ directory.app(appID: $0) }).first else {
            if !caller.name.isEmpty, RelayService.loginPaths.contains(target.canonicalPath) {
                // The key would go to WeChat.
                return .refused(refuse(.unknownClient, "appid names no app of the configuration", inquiry))
            }
            return appIDs.isEmpty ? asIs(inquiry) : foreign(inquiry)
        }
        if !caller.name.isEmpty, !directory.allows(caller, app: app) {
            return .refused(refuse(.unknownClient, "this client may not use that app", inquiry))
        }
        if let refusal = overRate(caller, app, inquiry) { return .refused(refusal) }
        return login(caller, app: app, inquiry)
    }

    /// Without a token of Weir's, and with the AppSecret wherever the caller gave its own key.
    private func login(_ caller: Caller, app: ConfiguredApp, _ inquiry: RelayInquiry) -> Authorisation {
        var target = inquiry.target
        target.removeVirtualTokens()
        if RelayService.loginPaths.contains(target.canonicalPath) {
            let keys = inquiry.directory.client(caller)?.keys ?? []
            target.replace("secret", among: keys, with: app.configuration.secret)
            guard !target.values("secret").contains(where: { inquiry.directory.caller(key: $0) != nil }) else {
                return .refused(refuse(.unknownClient, "secret is another client's key", inquiry))
            }
        }
        return .granted(.asIs(target, caller: caller, app: app, codes: inquiry.codes(for: caller)))
    }

    // MARK: Tokens that are not Weir's

    /// A token that is not Weir's: the caller's own affair, through the same queue and breaker but with nothing of Weir's in it.
    private func foreign(_ inquiry: RelayInquiry) -> Authorisation {
        observer.foreignToken()
        // Whoever holds a real token could else do here what no client may: spend the account's quota, or read the real token in a rid.
        guard inquiry.directory.mayCall(inquiry.api, caller: Caller(name: "")) else {
            let why = "\(inquiry.api.label) is not for callers without a client's key"
            var refusal = refuse(.notRelayed, why, inquiry)
            refusal.isForeign = true
            return .refused(refusal)
        }
        if inquiry.settings.foreignTokens == .refuse {
            let why = "the access_token is not one of Weir's, and relay.foreign_tokens refuses others"
            return .refused(refuse(.unknownClient, why, inquiry))
        }
        return asIs(inquiry, isForeign: true)
    }

    /// - Parameter isForeign: whether it brings a token that might have been Weir's.
    private func asIs(_ inquiry: RelayInquiry, isForeign: Bool = false) -> Authorisation {
        let caller = Caller(name: "")
        let app = inquiry.directory.foreign
        let codes = inquiry.codes(for: caller)
        return .granted(.asIs(inquiry.target, caller: caller, app: app, codes: codes, isForeign: isForeign))
    }
}

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
    /// Whether it brings a token that is not Weir's.
    let isForeign: Bool

    private init(
        caller: Caller,
        app: ConfiguredApp,
        path: String,
        prefix: String,
        suffix: String,
        usesToken: Bool,
        concernsApp: Bool,
        codes: RelayConfiguration.ErrorCodes,
        isForeign: Bool = false
    ) {
        self.caller = caller
        self.app = app
        self.path = path
        self.prefix = prefix
        self.suffix = suffix
        self.usesToken = usesToken
        self.concernsApp = concernsApp
        self.codes = codes
        self.isForeign = isForeign
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
        codes: RelayConfiguration.ErrorCodes,
        isForeign: Bool = false
    ) -> RelayPassage {
        RelayPassage(
            caller: caller,
            app: app,
            path: target.canonicalPath,
            prefix: target.whole,
            suffix: "",
            usesToken: false,
            concernsApp: false,
            codes: codes,
            isForeign: isForeign
        )
    }
}
