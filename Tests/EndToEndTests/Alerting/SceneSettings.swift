/// The configuration of a scene's gateway. It logs all that it can.
struct SceneSettings: Sendable {
    static let adminKey = "operators-key-0123456789abcdef"

    var api = "127.0.0.1:0"
    var admin = "127.0.0.1:0"
    /// The journal's folder; one in the scene's own folder by default.
    var storage: String?
    /// The app's name, where it is not the scene's.
    var app: String?
    var secret = SandboxProcess.secret
    var limits = "{default: {rate: 100000/s, burst: 100000}}"
    /// The app's `quota`, where the file says what WeChat allows.
    var quota: String?
    /// Most scenes are not about it.
    var breaker = "{minimum_calls: 1000000, consecutive_failures: 0}"
    /// One attempt, and then the message is dead.
    var retry = "available: {attempts: 1, ladder: [], max_age: 1m}"
    /// Further members of the client `orders`, each with its comma in front.
    var orders = ""
    /// Further top-level sections.
    var sections = ""
    var environment: [String: String] = [:]
    /// A program that becomes the gateway, with its arguments.
    var wrapper: [String] = []

    func yaml(app name: String, upstream: Int, storage folder: String) -> String {
        """
        server: {api: "\(api)", admin: "\(admin)", admin_key: "\(SceneSettings.adminKey)"}
        storage: {path: "\(storage ?? folder)"}
        log: {level: debug}
        apps:
          \(app ?? name):
            appid: \(SandboxProcess.appID)
            secret: "\(secret)"
            hosts: ["http://127.0.0.1:\(upstream)"]
            limits: \(limits)
        \(quota.map { "    quota: \($0)" } ?? "")
        \(Stage.clients(["orders": orders, "greedy": ", rate: 1/s"]))
        breaker: \(breaker)
        retry:
          \(retry)
        \(sections)

        """
    }
}
