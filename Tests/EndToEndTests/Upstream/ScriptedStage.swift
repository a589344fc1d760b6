import Foundation

/// A gateway before a scripted upstream.
struct ScriptedStage: Sendable {
    var settings: WeirSettings
    let upstream: ScriptedUpstream
    let weir: WeirProcess

    static let custom = FaultTests.custom
    static let template = FaultTests.template
    static let read = "/cgi-bin/user/info"
    static let upload = "/cgi-bin/media/upload"
    static let download = "/cgi-bin/media/get"

    /// - Parameters:
    ///   - change: makes the gateway's settings different from the usual ones.
    ///   - script: tells the upstream what to do, before the gateway asks for its first token.
    static func start(
        _ change: (inout WeirSettings) -> Void = { _ in },
        script: (ScriptedUpstream) -> Void = { _ in }
    ) async throws -> ScriptedStage {
        let upstream = try ScriptedUpstream()
        script(upstream)
        var settings = WeirSettings(folder: try TemporaryFolder(), upstream: upstream.port)
        change(&settings)
        return ScriptedStage(settings: settings, upstream: upstream, weir: try await WeirProcess.start(settings))
    }

    /// Relays a call with a token, which goes into the query.
    func call(
        _ method: String,
        _ path: String,
        token: String,
        headers: [(name: String, value: String)] = [],
        body: String? = nil
    ) async throws -> Answer {
        let target = path + (path.contains("?") ? "&" : "?") + "access_token=\(token)"
        return try await weir.api.call(method, target, headers: headers, body: body)
    }

    /// Relays a template message.
    func send(to openID: String, token: String) async throws -> Answer {
        try await call("POST", ScriptedStage.template, token: token, body: Message.templateBody(to: openID))
    }

    /// How often a breaker has changed its state.
    func breakerMoves() async throws -> Double {
        try await weir.metrics().sum("weir_breaker_transitions_total")
    }
}
