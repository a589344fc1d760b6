import Foundation

/// Where things are: the built program, the package.
enum Binary {
    struct NotFound: Error, CustomStringConvertible {
        let description = "no built weir beside the tests: run `swift build --product weir`, or set WEIR_BINARY"
    }

    /// The built `weir`: WEIR_BINARY, or what lies beside the test bundle.
    static func weir() throws -> String {
        if let path = ProcessInfo.processInfo.environment["WEIR_BINARY"] { return path }
        var starts = [Bundle.main.bundlePath, Bundle.main.executablePath ?? ""]
        starts += CommandLine.arguments.filter { $0.hasPrefix("/") }
        for start in starts {
            var folder = URL(fileURLWithPath: start)
            while folder.path.count > 1 {
                let candidate = folder.appendingPathComponent("weir").path
                var isFolder: ObjCBool = false
                if unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue
                {
                    return candidate
                }
                folder.deleteLastPathComponent()
            }
        }
        let built = packageRoot + "/.build/debug/weir"
        guard FileManager.default.isExecutableFile(atPath: built) else { throw NotFound() }
        return built
    }

    /// The folder of Package.swift.
    static var packageRoot: String {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.path
    }
}
