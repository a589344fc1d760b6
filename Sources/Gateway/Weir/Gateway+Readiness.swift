import Timekeeping

/// Whether the apps can be served.
extension Gateway {
    /// For how long no app has had an access_token before that is told: a start and a passing failure take less.
    static let tokenPatience = Duration.seconds(60)

    /// How many of the apps have an access_token that WeChat takes.
    public func appsReadiness() -> AppsReadiness {
        let apps = live.present.configuration.apps
        return AppsReadiness(roster.tokens().filter { apps[$0.app] != nil }.map(\.status))
    }
}

/// How many apps have an access_token that can be used.
public struct AppsReadiness: Equatable, Sendable {
    /// Apps that are configured.
    public var configured = 0
    /// Those that have one.
    public var ready = 0
    /// Those to which WeChat refuses it, by its errcode.
    public var refused: [Int: Int] = [:]
    /// Whether all have been without one for so long that it is no passing failure.
    var isLasting = true

    init(_ tokens: [TokenStatus]) {
        for token in tokens {
            configured += 1
            guard let time = token.unusableFor else {
                ready += 1
                continue
            }
            if let fault = token.fault { refused[fault, default: 0] += 1 }
            if time < Gateway.tokenPatience { isLasting = false }
        }
    }

    /// Why WeChat can answer no app's call; `nil` where it can, or where that may be passing.
    public var problem: String? {
        guard configured > 0, ready == 0, isLasting else { return nil }
        return refused.isEmpty
            ? "no app has an access_token: WeChat's token endpoint can't be reached or is failing"
            : "no app has an access_token; messages wait until one has"
    }

    /// One line for people: `1 of 3 have an access_token; WeChat refuses it to 2 (errcode 40125)`.
    public var line: String {
        let all = "\(ready) of \(configured) \(ready == 1 ? "has" : "have") an access_token"
        guard !refused.isEmpty else { return all }
        let codes = refused.keys.sorted()
        let shown = codes.prefix(5).map(String.init).joined(separator: ", ") + (codes.count > 5 ? ", …" : "")
        return "\(all); WeChat refuses it to \(refused.values.reduce(0, +)) (errcode \(shown))"
    }
}
