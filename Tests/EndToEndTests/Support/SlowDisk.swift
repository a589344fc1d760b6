import Foundation

/// A library for LD_PRELOAD that makes a process's syncs take 0.4 s while a file is there.
final class SlowDisk: Sendable {
    private let folder: TemporaryFolder

    private static let source = """
        #include <dlfcn.h>
        #include <stdlib.h>
        #include <unistd.h>
        static void wait_if_slow(void) {
            const char *flag = getenv("WEIR_TEST_SLOW_DISK");
            if (flag && access(flag, F_OK) == 0) usleep(400000);
        }
        int fsync(int file) {
            wait_if_slow();
            return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
        }
        int fdatasync(int file) {
            wait_if_slow();
            return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
        }
        """

    init() throws {
        folder = try TemporaryFolder()
        let source = try folder.write("slow.c", SlowDisk.source)
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/bin/sh")
        // Swift's own compiler of C, where it is on the path.
        let line =
            "$(command -v clang || command -v cc) -D_GNU_SOURCE -shared -fPIC -o \(folder.path)/slow.so \(source)"
        compiler.arguments = ["-c", line]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw NeverHappened(description: "a library for a slow disk") }
    }

    /// What the process is started with.
    var environment: [String: String] {
        ["LD_PRELOAD": folder.path + "/slow.so", "WEIR_TEST_SLOW_DISK": folder.path + "/is-slow"]
    }

    func isSlow(_ isSlow: Bool) throws {
        if isSlow {
            try folder.write("is-slow", "")
        } else {
            try FileManager.default.removeItem(atPath: folder.path + "/is-slow")
        }
    }
}
