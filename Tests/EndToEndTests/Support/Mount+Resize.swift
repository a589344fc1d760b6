extension Mount {
    /// Gives the file system another size, such as `16m`. Memory is taken only by what is in it.
    func resize(_ size: String) async throws {
        let result = try await CommandRun.shell("mount -o remount,size=\(size) \(path)")
        guard result.status == 0 else { throw NeverHappened(description: "a size of \(size): \(result.errors)") }
    }

    /// Makes a file larger, and the room that is left smaller.
    func occupy(_ file: String, megabytes: Int) async throws {
        let result = try await CommandRun.shell("head -c \(megabytes)M /dev/zero >> \(file)")
        guard result.status == 0 else { throw NeverHappened(description: "room for \(file): \(result.errors)") }
    }

    /// Writes a file that takes all the room that is left.
    func fill(_ file: String) async throws {
        let result = try await CommandRun.shell("cat /dev/zero > \(file)")
        guard result.status != 0 else { throw NeverHappened(description: "a full disk") }
    }
}
