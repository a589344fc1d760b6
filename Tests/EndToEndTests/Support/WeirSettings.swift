import Foundation

/// A configuration file in the making.
struct WeirSettings: Sendable {
    var folder: TemporaryFolder
    /// The sandbox's port.
    var upstream: Int
    /// The journal's folder.
    var storage: String
    var api = "127.0.0.1:0"
    var admin = "127.0.0.1:0"
    /// The app's AppSecret.
    var secret = SandboxProcess.secret
    /// Further members of `server`, each with its comma in front.
    var server = ""
    /// The app's `limits`, in YAML's flow style.
    var limits = "{default: {rate: 100000/s, burst: 100000}}"
    /// The app's `quota`, in YAML's flow style.
    var quota = "{}"
    /// Ports of the app's hosts, where it has more than `upstream`; the first is the preferred one.
    var upstreams: [Int]?
    /// Further apps, two spaces in.
    var apps = ""
    /// Further top-level sections.
    var sections = ""
    var environment: [String: String] = [:]

    init(folder: TemporaryFolder, sandbox: SandboxProcess) {
        self.init(folder: folder, upstream: sandbox.http.port)
    }

    /// - Parameter upstream: the port of whatever stands for WeChat.
    init(folder: TemporaryFolder, upstream: Int) {
        self.folder = folder
        self.upstream = upstream
        storage = folder.path + "/data"
    }

    var file: String {
        folder.path + "/weir.yml"
    }

    var yaml: String {
        """
        server: {api: "\(api)", admin: "\(admin)"\(server)}
        storage: {path: "\(storage)"}
        apps:
          main:
            appid: \(SandboxProcess.appID)
            secret: "\(secret)"
            hosts: [\((upstreams ?? [upstream]).map { "\"http://127.0.0.1:\($0)\"" }.joined(separator: ", "))]
            limits: \(limits)
            quota: \(quota)
        \(apps)
        \(sections)

        """
    }

    /// Writes the file and returns its path.
    @discardableResult
    func write() throws -> String {
        try folder.write("weir.yml", yaml)
    }
}
