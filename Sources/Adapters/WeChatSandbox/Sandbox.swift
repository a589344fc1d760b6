public import Addressing
internal import Foundation
internal import HTTPServing
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// A WeChat to develop and test against: it keeps WeChat's rules and misbehaves on demand.
///
/// It serves the token, message, template, quota, media and login paths that a gateway meets, and `/_sandbox/…` to control
/// it and to see what the phones showed. It shares no code with the gateway but its HTTP listener, so that a misreading
/// of WeChat's documentation isn't made twice. It has no access control: keep it on loopback.
public struct Sandbox: Service {
    private let server: SandboxServer
    private let listener: HTTPListener

    /// - Parameters:
    ///   - host: a name or an address of this machine.
    ///   - port: 0 for any free one.
    ///   - configuration: what it takes for true at the start.
    ///   - logger: for troubles only.
    ///   - onBound: runs once the address is being listened on.
    public init(
        host: String,
        port: Int,
        configuration: SandboxConfiguration = SandboxConfiguration(),
        logger: Logger,
        onBound: @escaping @Sendable (HostPort) async -> Void = { _ in }
    ) {
        self.init(host: host, port: port, configuration: configuration, logger: logger, onBound: onBound) {
            Int64(Date().timeIntervalSince1970 * 1_000_000)
        }
    }

    /// - Parameter clock: microseconds since 1970, for tests.
    init(
        host: String,
        port: Int,
        configuration: SandboxConfiguration,
        logger: Logger,
        onBound: @escaping @Sendable (HostPort) async -> Void,
        clock: @escaping @Sendable () -> Int64
    ) {
        let server = SandboxServer(configuration, seed: .random(in: 0 ... .max), clock: clock)
        self.server = server
        listener = HTTPListener(name: "sandbox", host: host, port: port, logger: logger, onBound: onBound) { request in
            await server.answer(request)
        }
    }

    /// Serves until graceful shutdown, which ends hanging answers at once, or cancellation.
    ///
    /// - Throws: `ListenerError` when the address can't be had.
    public func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await listener.run()
        } onCancelOrGracefulShutdown: {
            server.hangs.close()
        }
    }
}

/// Turns HTTP requests into the machine's calls and its answers into HTTP.
final class SandboxServer: Sendable {
    static let largestBody = 21 * 1024 * 1024

    let hangs = Hangs()
    private let machine: Mutex<SandboxMachine>
    private let clock: @Sendable () -> Int64

    /// - Parameter clock: microseconds since 1970.
    init(_ configuration: SandboxConfiguration, seed: UInt64, clock: @escaping @Sendable () -> Int64) {
        machine = Mutex(SandboxMachine(configuration, seed: seed))
        self.clock = clock
    }

    func answer(_ request: IncomingRequest) async -> OutgoingReply {
        let now = clock()
        var call = APICall(method: request.method, path: String(request.path))
        call.query = APICall.parse(query: request.query)
        call.contentType = request.header("content-type")
        call.isChunked = request.header("transfer-encoding") != nil
        do throws(BodyError) {
            call.rawBody = try await request.body(upTo: Self.largestBody)
        } catch .tooLarge {
            return OutgoingReply(status: 413)
        } catch {
            return .noAnswer
        }
        call.bodyLength = call.rawBody.count
        if call.contentType?.lowercased().hasPrefix("multipart/") != true { call.json = JSON(call.rawBody) }
        if call.path.hasPrefix("/_sandbox") { return control(call, at: now) }
        let (plan, pushes) = machine.withLock { ($0.take(call, at: now), $0.callbacks.takeReady()) }
        for push in pushes { Task { await deliver(push) } }
        if plan.delayMilliseconds > 0 {
            await hangs.wait(milliseconds: plan.delayMilliseconds, for: request.connection)
        }
        return OutgoingReply(plan)
    }

    /// Pushes a receipt until it is taken, or three times.
    private func deliver(_ push: CallbackBook.Push) async {
        let settings = push.settings
        if settings.delayMilliseconds > 0 { try? await Task.sleep(for: .milliseconds(settings.delayMilliseconds)) }
        for number in 1...CallbackSettings.mostTries {
            if number > 1 { try? await Task.sleep(for: .milliseconds(settings.retryMilliseconds)) }
            let now = clock()
            let chance = machine.withLock { ($0.generator.next(), $0.generator.next()) }
            let post = CallbackPost(
                settings,
                appID: push.appID,
                members: push.members,
                now: now / 1_000_000,
                chance: chance
            )
            let answer = await CallbackPoster.post(post, to: settings)
            let record = CallbackBook.Record(at: now, push: push, number: number, status: answer?.status)
            machine.withLock { $0.callbacks.records.append(record) }
            if answer?.isTaken == true { return }
        }
    }

    private func control(_ call: APICall, at now: Int64) -> OutgoingReply {
        let headers = [(name: "Content-Type", value: "application/json")]
        do throws(ControlProblem) {
            let body = try machine.withLock { (machine) throws(ControlProblem) in try machine.control(call, at: now) }
            if call.method == "DELETE", call.path == "/_sandbox" { hangs.endAll() }
            return OutgoingReply(status: 200, headers: headers, body: body)
        } catch {
            return OutgoingReply(
                status: 400,
                headers: headers,
                body: Array("{\"error\":\(JSON.quoted(error.message))}".utf8)
            )
        }
    }
}

/// What a sandbox takes for true. Everything but the apps can also be changed while it runs (`POST /_sandbox/config`).
public struct SandboxConfiguration: Equatable, Sendable {
    /// AppID → AppSecret. A listed app needs its own secret.
    public var apps: [String: String] = [:]

    /// Whether an app that isn't listed is accepted too, with any secret that isn't empty.
    public var acceptsAnyApp = true

    /// Seconds that a new access token lives; WeChat's are 7200.
    public var tokenLifetime = 7200

    /// Seconds that a superseded token goes on working, and that the next stable token comes before the last one's end
    /// (at most half of the lifetime); WeChat's are 300. With 0 the old token dies at once.
    public var tokenOverlap = 300

    /// Calls a day (Asia/Shanghai) of an app by API path, in place of WeChat's published defaults; `*` is for every path
    /// that isn't named.
    public var dailyQuotas: [String: Int] = [:]

    /// Calls a clock minute of an app by API path; `*` is for every path that isn't named. Without an entry only
    /// stable_token (10,000) and mass sends (60) have such a limit.
    public var minuteQuotas: [String: Int] = [:]

    /// The template ids that exist. Empty: every one that doesn't begin with `bad`.
    public var templates: [String] = []

    /// How many deliveries are kept for `GET /_sandbox/deliveries`, the newest.
    public var keptDeliveries = 200_000

    /// How many requests are kept for `GET /_sandbox/requests`, the newest.
    public var keptRequests = 100_000

    /// Any app with any secret but an empty one, and WeChat's own token times and quotas.
    public init() {}
}
