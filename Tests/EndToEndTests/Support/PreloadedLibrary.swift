import Foundation

/// A small library in C that a process is started with (LD_PRELOAD), to change what the machine does to it.
final class PreloadedLibrary: Sendable {
    let folder: TemporaryFolder

    init(_ source: String) throws {
        folder = try TemporaryFolder()
        let file = try folder.write("library.c", source)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/bin/sh")
        // Swift's own compiler of C, where it is on the path.
        let options = "-D_GNU_SOURCE -shared -fPIC -o \(folder.path)/library.so \(file)"
        compiler.arguments = ["-c", "$(command -v clang || command -v cc) \(options)"]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw NeverHappened(description: "a library to preload") }
    }

    /// What the process is started with.
    var environment: [String: String] { ["LD_PRELOAD": folder.path + "/library.so"] }
}
