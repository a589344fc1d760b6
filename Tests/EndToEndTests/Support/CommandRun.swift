import Foundation

/// A program that was run to its end.
struct CommandRun: Sendable {
    var status: Int32
    var output: String
    var errors: String

    /// Runs a program. What it writes goes through files, so that nothing is missing at its end.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) async throws {
        let folder = try TemporaryFolder()
        let (outputFile, errorFile) = (try folder.write("output", ""), try folder.write("errors", ""))
        status = try await onThread {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = FileHandle(forWritingAtPath: outputFile)
            process.standardError = FileHandle(forWritingAtPath: errorFile)
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        output = try String(contentsOfFile: outputFile, encoding: .utf8)
        errors = try String(contentsOfFile: errorFile, encoding: .utf8)
    }

    /// `weir` with these arguments.
    static func weir(_ arguments: [String], environment: [String: String] = [:]) async throws -> CommandRun {
        try await CommandRun(Binary.weir(), arguments, environment: environment)
    }

    /// A command line of the shell.
    static func shell(_ line: String) async throws -> CommandRun {
        try await CommandRun("/bin/sh", ["-c", line])
    }

    /// A script of Tests/EndToEndTests/Python.
    static func python(_ script: String, _ arguments: [String]) async throws -> CommandRun {
        try await CommandRun(
            Python.interpreter(),
            [Binary.packageRoot + "/Tests/EndToEndTests/Python/" + script] + arguments
        )
    }
}
