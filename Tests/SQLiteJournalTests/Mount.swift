import Foundation

/// A small file system of its own, where the tests may mount one.
final class Mount: Sendable {
    let path: String

    /// `nil` where mounting is not allowed.
    init?(size: String) {
        path = FileManager.default.temporaryDirectory.path + "/weir-mount-" + UUID().uuidString
        guard getuid() == 0,
            (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil,
            Mount.tryCommand(["mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path])
        else { return nil }
    }

    deinit {
        _ = Mount.tryCommand(["umount", "-l", path])
        try? FileManager.default.removeItem(atPath: path)
    }

    static func tryCommand(_ words: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
