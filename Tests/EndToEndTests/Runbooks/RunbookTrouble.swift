/// A trouble, the sections of the runbooks that are for it, and what their commands say in it.
struct RunbookTrouble: Sendable {
    typealias Act = @Sendable (RunbookDesk) async throws -> Void

    let what: String
    /// In this order their commands are typed.
    let sections: [String]
    /// Makes the trouble, and says what stands in the places of the words in capitals.
    let bring: @Sendable (RunbookDesk) async throws -> [String: String]
    /// By command: what its output must have. A command of these sections that is missing here fails the test.
    let tells: [String: [String]]
    /// Exit statuses other than 0: where a failure is what the command has to say.
    var exits: [String: Int32] = [:]
    /// What people do before they type a command, such as to mend a file.
    var before: [String: Act] = [:]
    /// Waits until the commands have helped, and fails where they have not. It gets what `bring` said.
    var helps: @Sendable (RunbookDesk, [String: String]) async throws -> Void = { _, _ in }
}

/// Troubles that follow one another on one gateway.
struct RunbookGroup: Sendable, CustomStringConvertible {
    let description: String
    /// Makes the gateway's settings different from the usual ones.
    var settings: @Sendable (inout WeirSettings) throws -> Void = { _ in }
    /// What WeChat does before the gateway starts.
    var before: @Sendable (SandboxProcess) async throws -> Void = { _ in }
    /// Whether the present machine can make the troubles.
    var isPossible = true
    /// Done at the end, whatever came.
    var after: @Sendable () -> Void = {}
    let troubles: [RunbookTrouble]
}
