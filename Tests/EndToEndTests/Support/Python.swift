import Foundation

/// The Python of the virtual environment that `make venv` makes.
enum Python {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static func interpreter() throws -> String {
        let venv = ProcessInfo.processInfo.environment["WEIR_TEST_VENV"] ?? Binary.packageRoot + "/.build/venv"
        let path = venv + "/bin/python"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(description: "no Python at \(path): run `make venv`, or set WEIR_TEST_VENV")
        }
        return path
    }

    /// Starts a script of Tests/EndToEndTests/Python.
    static func start(_ script: String, _ arguments: [String]) throws -> ChildProcess {
        let path = Binary.packageRoot + "/Tests/EndToEndTests/Python/" + script
        return try ChildProcess(interpreter(), [path] + arguments)
    }
}
