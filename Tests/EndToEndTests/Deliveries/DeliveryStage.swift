import Foundation

/// A gateway with subscribers and a client that hears of its messages' ends, and what stands for all of them.
struct DeliveryStage: Sendable {
    static let secret = "delivery-secret-0123456789abcdef"
    static let template = "/cgi-bin/message/template/send"

    var settings: WeirSettings
    let sandbox: SandboxProcess
    let peer: ChildProcess
    let http: HTTPEndpoint
    var weir: WeirProcess

    /// - Parameters:
    ///   - subscribers: by name: the path, and further members each with its comma in front.
    ///   - retry: the class `async`, in YAML's flow style.
    static func start(
        _ subscribers: KeyValuePairs<String, (path: String, members: String)>,
        retry: String = "{attempts: 1, ladder: [1s], then_every: 1s, ladder_jitter: 0}"
    ) async throws -> DeliveryStage {
        let sandbox = try await SandboxProcess.start()
        let peer = try Python.start("subscriber.py", [secret])
        let port = try await eventually("the subscriber listens") { peer.output.first.flatMap { Int($0) } }
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.server = ", callback: \"127.0.0.1:0\""
        settings.limits += "\n    callback: {path: /wechat/main, token: \(CallbackStage.token), mode: plain}"
        let here = "http://127.0.0.1:\(port)"
        let lines = subscribers.map { name, subscriber in
            "  \(name): {url: \"\(here)\(subscriber.path)\", secret: \"\(secret)\"\(subscriber.members)}\n"
        }
        settings.sections = Stage.clients([
            "orders": ", callbacks: [\"\(here)/\"], callback_secret: \"\(secret)\"",
            "silent": ", callbacks: [\"\(here)/ok/silent/\"], callback_secret: \"\(secret)\"", "none": "",
        ])
        if !lines.isEmpty { settings.sections += "subscribers:\n" + lines.joined() }
        settings.sections += "retry: {async: \(retry)}\n"
        return DeliveryStage(
            settings: settings,
            sandbox: sandbox,
            peer: peer,
            http: HTTPEndpoint(port: port),
            weir: try await WeirProcess.start(settings)
        )
    }

    /// Ends the gateway by force, and starts another.
    mutating func restart() async throws {
        try await weir.crash()
        weir = try await WeirProcess.start(settings)
    }

    // MARK: What WeChat pushes

    var callback: CallbackStage {
        CallbackStage(settings: settings, sandbox: sandbox, weir: weir)
    }

    /// The XML of an event.
    static func event(_ name: String, _ number: Int, key: String = "") -> String {
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o-secret-\(number)]]></FromUserName>"
            + "<CreateTime>\(1_700_000_000 + number)</CreateTime><MsgType><![CDATA[event]]></MsgType>"
            + "<Event><![CDATA[\(name)]]></Event><EventKey><![CDATA[\(key)]]></EventKey></xml>"
    }

    @discardableResult
    func push(_ bodies: [String]) async throws -> [Int] {
        try await callback.post(bodies.map { ["body": $0] }).map(\.status)
    }

    // MARK: What arrived

    /// What came at a path, in the order in which it did.
    func received(_ path: String) async throws -> [JSONAny] {
        (try await http.get("/received").json?["received"]?.array ?? []).filter { $0["path"]?.string == path }
    }

    @discardableResult
    func wait(_ count: Int, at path: String) async throws -> [JSONAny] {
        try await eventually("\(count) deliveries at \(path)") {
            let all = try await received(path)
            return all.count >= count ? all : nil
        }
    }

    func send(
        _ message: Message,
        as client: String = "orders",
        headers: [(name: String, value: String)] = []
    ) async throws -> Answer {
        try await weir.send(message, headers: headers + Stage.authorization(of: client))
    }

    /// A member of a message that names an address of the stand-in.
    func callback(_ path: String) -> String {
        ",\"callback_url\":\"http://127.0.0.1:\(http.port)\(path)\""
    }
}
