internal import Glibc

/// How many descriptors (sockets, files) this process may have open at once.
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one, which every process may do, and returns what holds now.
    ///
    /// The usual soft limit of 1,024 is a precaution for programs that use `select`; this one doesn't.
    public static func raise() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = soft }
        return Int(exactly: limit.rlim_cur) ?? .max
    }
}
