/// Access tokens and who killed them. Times are microseconds since 1970.
///
/// The two endpoints hand out independent tokens: one never invalidates the other's.
struct TokenBook: Equatable, Sendable {
    enum Kind: Equatable {
        case normal, stable
        /// WeCom's.
        case company
    }

    enum Check: Equatable {
        case valid(appID: String)
        /// Not of a token's form: 40014.
        case malformed
        /// Superseded, revoked or never issued: 40001.
        case dead
        /// 42001.
        case expired
    }

    struct Key: Hashable {
        var appID: String
        var kind: Kind
    }

    struct Token: Equatable {
        var appID: String
        var expiresAt: Int64
        /// When it stops working because a newer one took its place.
        var diesAt = Int64.max
        var kind = Kind.normal
    }

    struct Forcing: Equatable {
        var day: Int64
        var count: Int
        var lastAt: Int64
    }

    static let capacity = 10_000
    static let forcedRefreshesADay = 20
    static let second: Int64 = 1_000_000

    private(set) var current: [Key: String] = [:]
    private var tokens: [String: Token] = [:]
    private var forcings: [String: Forcing] = [:]

    var count: Int {
        tokens.count
    }

    /// `GET /cgi-bin/token`: always a new one; the old one works on for the overlap.
    mutating func issueNormal(
        _ appID: String,
        rules: SandboxConfiguration,
        at now: Int64,
        using generator: inout SplitMix
    ) -> String {
        issue(
            Key(appID: appID, kind: .normal),
            oldDiesAt: now + Int64(rules.tokenOverlap) * Self.second,
            rules,
            now,
            &generator
        )
    }

    /// `POST /cgi-bin/stable_token`.
    ///
    /// - Returns: nil when the day's forced refreshes are used up.
    mutating func issueStable(
        _ appID: String,
        forced: Bool,
        rules: SandboxConfiguration,
        at now: Int64,
        using generator: inout SplitMix
    ) -> String? {
        let key = Key(appID: appID, kind: .stable)
        if forced {
            switch force(appID, at: now) {
            case .refused: return nil
            case .ignored: break
            case .granted: return issue(key, oldDiesAt: now, rules, now, &generator)
            }
        }
        if let value = current[key], let token = tokens[value], token.diesAt > now {
            let window = Int64(min(rules.tokenOverlap, rules.tokenLifetime / 2)) * Self.second
            if now < token.expiresAt - window { return value }
        }
        // The next token of the last five minutes: the one before lives to its own end.
        return issue(key, oldDiesAt: .max, rules, now, &generator)
    }

    /// Somebody else's forced refresh of the stable token, without its limits: the old one is dead at once.
    mutating func refreshByRival(
        _ appID: String,
        rules: SandboxConfiguration,
        at now: Int64,
        using generator: inout SplitMix
    ) -> String {
        issue(Key(appID: appID, kind: .stable), oldDiesAt: now, rules, now, &generator)
    }

    /// `GET /cgi-bin/gettoken` of WeCom: the same token up to its end.
    mutating func issueCompanys(
        _ companyID: String,
        rules: SandboxConfiguration,
        at now: Int64,
        using generator: inout SplitMix
    ) -> String {
        let key = Key(appID: companyID, kind: .company)
        if let value = current[key], case .valid = check(value, at: now) { return value }
        return issue(key, oldDiesAt: now, rules, now, &generator)
    }

    /// Whether a token is, or was, one of WeCom's.
    func isCompanys(_ value: String) -> Bool {
        tokens[value]?.kind == .company
    }

    /// Kills every token of an app.
    mutating func revoke(_ appID: String) {
        for (value, token) in tokens where token.appID == appID { tokens[value]?.diesAt = 0 }
    }

    func check(_ value: String, at now: Int64) -> Check {
        guard let token = tokens[value] else { return Self.hasTokenForm(value) ? .dead : .malformed }
        if token.diesAt <= now { return .dead }
        return token.expiresAt <= now ? .expired : .valid(appID: token.appID)
    }

    /// Whole seconds that a token has left.
    func remainingSeconds(of value: String, at now: Int64) -> Int {
        guard let token = tokens[value] else { return 0 }
        return max(0, Int((min(token.expiresAt, token.diesAt) - now) / Self.second))
    }

    private enum Force {
        case granted, ignored, refused
    }

    private mutating func force(_ appID: String, at now: Int64) -> Force {
        let day = QuotaBook.day(of: now)
        var forcing = forcings[appID] ?? Forcing(day: day, count: 0, lastAt: .min / 2)
        if forcing.day != day { forcing = Forcing(day: day, count: 0, lastAt: forcing.lastAt) }
        guard forcing.count < Self.forcedRefreshesADay else { return .refused }
        guard now - forcing.lastAt >= 30 * Self.second else { return .ignored }
        forcings[appID] = Forcing(day: day, count: forcing.count + 1, lastAt: now)
        return .granted
    }

    private mutating func issue(
        _ key: Key,
        oldDiesAt: Int64,
        _ rules: SandboxConfiguration,
        _ now: Int64,
        _ generator: inout SplitMix
    ) -> String {
        if let old = current[key], let dies = tokens[old]?.diesAt { tokens[old]?.diesAt = min(dies, oldDiesAt) }
        if tokens.count >= Self.capacity { prune() }
        let value = Self.makeValue(&generator)
        let end = now + Int64(rules.tokenLifetime) * Self.second
        tokens[value] = Token(appID: key.appID, expiresAt: end, kind: key.kind)
        current[key] = value
        return value
    }

    /// Forgets the half that ends first.
    private mutating func prune() {
        let byEnd = tokens.sorted {
            min($0.value.expiresAt, $0.value.diesAt) < min($1.value.expiresAt, $1.value.diesAt)
        }
        for (value, _) in byEnd.prefix(tokens.count / 2) { tokens[value] = nil }
        current = current.filter { tokens[$0.value] != nil }
        forcings = forcings.filter { current[Key(appID: $0.key, kind: .stable)] != nil }
    }

    private static func makeValue(_ generator: inout SplitMix) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return "98_" + String((0..<133).map { _ in alphabet[Int(generator.next() % 64)] })
    }

    private static func hasTokenForm(_ value: String) -> Bool {
        value.utf8.count >= 100 && value.split(separator: "_", maxSplits: 1).first.flatMap { Int($0) } != nil
    }
}
