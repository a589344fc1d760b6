import Queueing
import Resilience
import Synchronization
import Timekeeping
import WeChat

extension RelayService {
    enum Authorisation {
        case granted(RelayPassage)
        case refused(RelayReply)
    }

    /// Who is calling and what goes on the wire in the place of the caller's credentials.
    func authorise(
        _ request: RelayRequest,
        target: RelayTarget,
        api: APIDescriptor,
        directory: ClientDirectory
    ) -> Authorisation {
        let token = target.value("access_token")
        if let token, token.hasPrefix(VirtualToken.prefix) {
            guard let identity = directory.identity(token: token) else {
                return .refused(
                    refuse(
                        .unknownClient,
                        "this access_token is none of Weir's any more: fetch a new one",
                        request,
                        api: api.label
                    )
                )
            }
            return admit(identity, request: request, target: target, api: api, directory: directory)
        }
        if api.kind == .sns { return userLogin(request, target: target, api: api, directory: directory) }
        guard token != nil || target.items.contains(where: { RelayService.holdsForeignToken($0) }) else {
            return .refused(refuse(.unknownClient, "access_token is missing", request, api: api.label))
        }
        return foreign(request, target: target, api: api, directory: directory)
    }

    private static func holdsForeignToken(_ item: Substring) -> Bool {
        RelayTarget.isItem(item, named: "component_access_token")
            || RelayTarget.isItem(item, named: "authorizer_access_token")
    }

    /// A virtual token: the app's own takes its place, or on `/sns/**`, where access_token means a user's, nothing does.
    private func admit(
        _ identity: ClientDirectory.Identity,
        request: RelayRequest,
        target: RelayTarget,
        api: APIDescriptor,
        directory: ClientDirectory
    ) -> Authorisation {
        let client = directory.client(identity.caller)
        if api.isDenied, directory.hasClients, !(client?.apis.contains(api.label) ?? false) {
            return .refused(
                refuse(
                    .notRelayed,
                    "\(api.label) is not for this client: clients.\(identity.caller.label).apis does not list it",
                    request,
                    api: api.label
                )
            )
        }
        if let wait = gate.wait(for: identity.caller, limit: client?.rate) {
            return .refused(
                refuse(
                    .rateLimited,
                    "client \(identity.caller.label) is over its rate",
                    request,
                    api: api.label,
                    wait: wait
                )
            )
        }
        if api.kind == .sns {
            let whole = loginTarget(target, app: identity.app, caller: identity.caller, directory: directory)
            return .granted(
                RelayPassage(caller: identity.caller, app: identity.app, prefix: whole, suffix: "", usesToken: false)
            )
        }
        guard let (prefix, suffix) = target.split(at: "access_token") else {
            return .refused(refuse(.unknownClient, "access_token is missing", request, api: api.label))
        }
        return .granted(
            RelayPassage(caller: identity.caller, app: identity.app, prefix: prefix, suffix: suffix, usesToken: true)
        )
    }

    /// `/sns/**` without a token of ours: a user's login, for which a client's key stands for the AppSecret.
    private func userLogin(
        _ request: RelayRequest,
        target: RelayTarget,
        api: APIDescriptor,
        directory: ClientDirectory
    ) -> Authorisation {
        guard let appID = target.value("appid"), let app = directory.appIndex(appID: appID) else {
            return foreign(request, target: target, api: api, directory: directory)
        }
        let key = target.value("secret")
        let caller = key.flatMap { directory.caller(key: $0) } ?? Caller(name: "")
        if !caller.name.isEmpty, !directory.allows(caller, app: app) {
            return .refused(refuse(.unknownClient, "this client may not use that app", request, api: api.label))
        }
        if let wait = gate.wait(for: caller, limit: directory.client(caller)?.rate) {
            return .refused(
                refuse(.rateLimited, "client \(caller.label) is over its rate", request, api: api.label, wait: wait)
            )
        }
        let whole = loginTarget(target, app: app, caller: caller, directory: directory)
        return .granted(RelayPassage(caller: caller, app: app, prefix: whole, suffix: "", usesToken: false))
    }

    /// Without a token of Weir's, and with the AppSecret where the caller gave its own key.
    private func loginTarget(_ target: RelayTarget, app: Int, caller: Caller, directory: ClientDirectory) -> String {
        var target = target
        target.items.removeAll { item in
            RelayTarget.isItem(item, named: "access_token")
                && RelayTarget.decode(item.dropFirst("access_token=".count))?.hasPrefix(VirtualToken.prefix) ?? false
        }
        guard RelayService.loginPaths.contains(target.canonicalPath), let settings = directory.app(app),
            let key = target.value("secret"), directory.client(caller)?.keys.contains(key) ?? false
        else { return target.whole }
        return target.replacing("secret", with: settings.secret)
    }

    static let loginPaths: Set<String> = ["/sns/jscode2session", "/sns/oauth2/access_token"]

    /// A token that is not Weir's: the caller's own affair, through the same queue and breaker but with nothing of Weir's in it.
    private func foreign(
        _ request: RelayRequest,
        target: RelayTarget,
        api: APIDescriptor,
        directory: ClientDirectory
    ) -> Authorisation {
        metrics.foreignToken(api: api)
        // Whoever holds a real token could else do here what no client may: spend the account's quota, or read the real token in a rid.
        if api.isDenied, directory.hasClients {
            return .refused(
                refuse(.notRelayed, "\(api.label) is not for callers without a client's key", request, api: api.label)
            )
        }
        if settings.withLock({ $0.foreignTokens }) == .refuse {
            return .refused(
                refuse(
                    .unknownClient,
                    "the access_token is not one of Weir's, and relay.foreign_tokens refuses others",
                    request,
                    api: api.label
                )
            )
        }
        return .granted(
            RelayPassage(
                caller: Caller(name: ""),
                app: directory.appNames.count,
                prefix: target.whole,
                suffix: "",
                usesToken: false
            )
        )
    }
}
