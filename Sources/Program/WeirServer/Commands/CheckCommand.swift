import ArgumentParser
import WeirConfiguration

/// `weir check`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract:
            "Validates a configuration file: every problem at once, each as file:line:column: problem; exit 0 or 1."
    )

    @Option(help: "The configuration file.")
    var config: String

    func run() throws {
        let result = ConfigurationSource(path: config).read()
        for warning in result.warnings { StandardError.print("\(warning) (warning)") }
        for problem in result.problems { StandardError.print("\(problem)") }
        guard result.configuration != nil else { throw ExitCode.failure }
        print("\(config): ok")
    }
}
