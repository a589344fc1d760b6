import Foundation

/// Lets a test step a process's clocks while it runs: the wall clock alone, as an operator or NTP does, or both, as a suspend does.
///
/// A process that starts with it later begins with the steps that there were.
final class SteppedClock: Sendable {
    private let library: PreloadedLibrary
    private var file: String { library.folder.path + "/steps" }

    init() throws {
        // Seconds to add, of the wall clock and of all others, in a file that every process maps.
        library = try PreloadedLibrary(
            """
            #include <fcntl.h>
            #include <stdint.h>
            #include <stdlib.h>
            #include <sys/mman.h>
            #include <sys/syscall.h>
            #include <sys/time.h>
            #include <time.h>
            #include <unistd.h>
            static volatile const int64_t *steps;
            __attribute__((constructor)) static void map(void) {
                int file = open(getenv("WEIR_TEST_CLOCK"), O_RDONLY | O_CLOEXEC);
                steps = mmap(0, 16, PROT_READ, MAP_SHARED, file, 0);
                if (file < 0 || steps == MAP_FAILED) abort();
                close(file);
            }
            int clock_gettime(clockid_t clock, struct timespec *time) {
                int status = syscall(SYS_clock_gettime, clock, time);
                if (status != 0) return status;
                if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += steps[0];
                else if (clock == CLOCK_BOOTTIME) time->tv_sec += steps[1];
                return 0;
            }
            int gettimeofday(struct timeval *time, void *zone) {
                (void)zone;
                struct timespec now;
                clock_gettime(CLOCK_REALTIME, &now);
                time->tv_sec = now.tv_sec;
                time->tv_usec = now.tv_nsec / 1000;
                return 0;
            }
            time_t time(time_t *result) {
                struct timespec now;
                clock_gettime(CLOCK_REALTIME, &now);
                if (result) *result = now.tv_sec;
                return now.tv_sec;
            }
            """
        )
        try Data(count: 16).write(to: URL(fileURLWithPath: file))
    }

    /// What the process is started with.
    var environment: [String: String] {
        library.environment.merging(["WEIR_TEST_CLOCK": file]) { $1 }
    }

    /// Steps the wall clock to this time of a day of Shanghai's, from which it runs on: today's, or after `days` days.
    ///
    /// The rules of daily quotas differ in a day's first and last hour, so that their tests say what time it is.
    func set(shanghai hour: Int, _ minute: Int = 0, days: Int = 0) throws {
        let present = (Int(Date().timeIntervalSince1970) + 8 * 3600) % 86_400
        try set(wall: Int64(days * 86_400 + hour * 3600 + minute * 60 - present))
    }

    /// Steps the clocks to so many seconds from the machine's: `wall` the wall clock, `boot` the one that counts a suspend.
    func set(wall: Int64, boot: Int64 = 0) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        for seconds in [wall, boot] {
            var bytes = Data()
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: seconds >> (8 * shift))) }
            try handle.write(contentsOf: bytes)
        }
        try handle.close()
    }
}
