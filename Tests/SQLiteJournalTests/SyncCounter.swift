import Foundation

/// Counts how often this process syncs one file, with strace.
final class SyncCounter {
    private let process = Process()
    private let output: String

    /// `nil` where strace is missing or may not look.
    init?(file: String, in folder: TemporaryFolder) {
        output = folder.path + "/syncs"
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "strace", "-f", "-e", "trace=fdatasync,fsync", "-P", file, "-o", output, "-p", "\(getpid())",
        ]
        let messages = Pipe()
        process.standardError = messages
        guard (try? process.run()) != nil else { return nil }
        var text = ""
        while !text.contains(" attached") {
            let more = messages.fileHandleForReading.availableData
            guard !more.isEmpty else { return nil }
            text += String(decoding: more, as: UTF8.self)
        }
    }

    /// Ends the count.
    func stop() throws -> Int {
        process.interrupt()
        process.waitUntilExit()
        return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").count { $0.contains("sync(") }
    }
}
