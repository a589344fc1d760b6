import Foundation

/// A small file system of its own, where the tests may mount one.
final class Mount: Sendable {
    let path: String

    /// - Parameter options: of tmpfs, such as `size=8m`.
    /// - Returns: `nil` where mounting is not allowed.
    init?(options: String) {
        path = FileManager.default.temporaryDirectory.path + "/weir-mount-" + UUID().uuidString
        guard getuid() == 0,
            (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil,
            Mount.command(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path])
        else { return nil }
    }

    deinit {
        _ = Mount.command(["umount", "-l", path])
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Whether this process may mount at all: what tests are skipped by.
    static let isAllowed = Mount(options: "size=64k") != nil

    private static func command(_ words: [String]) -> Bool {
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
