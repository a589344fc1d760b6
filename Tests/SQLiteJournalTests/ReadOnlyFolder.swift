import Foundation

/// A folder that this process can't write in, also as root: by permission bits, else by a mount.
enum ReadOnlyFolder {
    /// `nil` where neither is possible.
    static func make(in folder: TemporaryFolder) throws -> String? {
        let path = folder.path + "/read-only"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if getuid() != 0 {
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: path)
            return path
        }
        return Mount.tryCommand(["mount", "-t", "tmpfs", "-o", "size=1m,ro", "tmpfs", path]) ? path : nil
    }

    static func release(_ path: String) {
        if getuid() == 0 {
            _ = Mount.tryCommand(["umount", path])
        } else {
            try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        }
    }
}
