/// A gateway before a sandbox, both running.
struct Stage: Sendable {
    let settings: WeirSettings
    let sandbox: SandboxProcess
    let weir: WeirProcess

    /// - Parameters:
    ///   - appIDs: of accounts that the sandbox has beside the usual one.
    ///   - change: makes the gateway's settings different from the usual ones.
    static func start(
        appIDs: [String] = [],
        clock: SteppedClock? = nil,
        _ change: (inout WeirSettings) -> Void = { _ in }
    ) async throws -> Stage {
        let sandbox = try await SandboxProcess.start(appIDs: appIDs, environment: clock?.environment ?? [:])
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.environment = clock?.environment ?? [:]
        change(&settings)
        return Stage(settings: settings, sandbox: sandbox, weir: try await WeirProcess.start(settings))
    }

    /// One app's clients, as a section of the configuration: names and their further members, each with its comma in front.
    static func clients(_ members: KeyValuePairs<String, String>) -> String {
        "clients:\n" + members.map { "  \($0.key): {key: \(key(of: $0.key))\($0.value)}\n" }.joined()
    }

    /// The key of a client of `clients`.
    static func key(of client: String) -> String {
        "key-of-\(client)-0123456789abcdef"
    }

    /// What a client of `clients` sends along.
    static func authorization(of client: String) -> [(name: String, value: String)] {
        [("Authorization", "Bearer \(key(of: client))")]
    }
}
