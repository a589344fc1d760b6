import Foundation

/// Makes a process's syncs take 0.4 s while a file is there.
final class SlowDisk: Sendable {
    private let library: PreloadedLibrary
    private var flag: String { library.folder.path + "/is-slow" }

    init() throws {
        library = try PreloadedLibrary(
            """
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
        )
    }

    /// What the process is started with.
    var environment: [String: String] {
        library.environment.merging(["WEIR_TEST_SLOW_DISK": flag]) { $1 }
    }

    func isSlow(_ isSlow: Bool) throws {
        if isSlow {
            try library.folder.write("is-slow", "")
        } else {
            try FileManager.default.removeItem(atPath: flag)
        }
    }
}
