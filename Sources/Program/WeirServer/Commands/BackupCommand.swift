import ArgumentParser
import SQLiteJournal
import Weir
import WeirConfiguration

/// `weir backup`
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies the journal into a file, also while the gateway runs.",
        discussion: """
            The file must not be there yet. It has every message that was accepted before the command began, and gets its name \
            once it is whole and on disk; until then it is called FILE.partial.
            """
    )

    @Argument(help: "The file to make.")
    var file: String

    @Option(help: "The gateway's configuration file, whose storage.path is copied.")
    var config: String?

    @Option(help: "The journal's folder, in place of a configuration file.")
    var storage: String?

    func validate() throws {
        guard (config == nil) != (storage == nil) else {
            throw ValidationError("either --config or --storage is needed")
        }
    }

    func run() throws {
        do {
            let report = try JournalBackup(of: try folder()).copy(to: file)
            print("\(file): \(report.messages) messages, \(report.bytes) bytes")
        } catch let error as JournalError {
            StandardError.print("weir: \(error.message)")
            throw ExitCode.failure
        }
    }

    private func folder() throws -> String {
        if let storage { return storage }
        let result = ConfigurationSource(path: config ?? "").read()
        for problem in result.problems { StandardError.print("\(problem)") }
        guard let configuration = result.configuration else { throw ExitCode.failure }
        return configuration.storage.path
    }
}
