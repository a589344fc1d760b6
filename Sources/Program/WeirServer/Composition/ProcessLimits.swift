import Glibc
import HTTPServing
import Logging
import Weir

/// How the descriptors of the process are shared out, so that nobody takes the last one that others need.
struct ProcessLimits: Equatable {
    /// Callers' connections of the api listener.
    let api: Int
    /// Connections of the admin listener. They are never the api's, so that an operator always gets in.
    let admin: Int
    /// Connections of the callback listener, which strangers reach: never the api's or the admin's.
    let callback: Int
    /// Connections to WeChat and to others that calls go to.
    let upstream: Int

    /// What is promised where there are enough descriptors.
    static let mostAPI = 10_000
    private static let mostAdmin = 500
    private static let mostCallback = 1_000
    /// More than `upstream.max_in_flight` may be set to is never asked for.
    private static let mostUpstream = 10_000

    /// Connections by which deliveries go out: those that may be under way, and some that are kept or have just been closed.
    static let deliveries = 80

    /// Bytes of request bodies that all callers together may have in memory while they are read.
    static let bodyBytes = 128 << 20

    /// - Parameters:
    ///   - descriptors: that the process may have open.
    ///   - maxInFlight: `upstream.max_in_flight`.
    ///   - processors: each has an event loop with descriptors of its own.
    ///   - hasCallback: whether there is a callback listener.
    init(descriptors: Int, maxInFlight: Int, processors: Int, hasCallback: Bool = false) {
        // The journal and its readers, the log, the trace collector, names looked up; event loops; deliveries.
        let own = 128 + 4 * max(1, processors) + Self.deliveries
        let free = max(0, descriptors - own)
        // A connection that has just been closed or is kept for reuse needs its descriptor beside those in flight.
        let wanted = maxInFlight + maxInFlight / 4 + 16
        let callers = free - min(wanted, free / 2)
        admin = min(max(callers / 8, 8), Self.mostAdmin)
        callback = hasCallback ? min(max(callers / 8, 8), Self.mostCallback) : 0
        api = min(max(callers - admin - callback, 8), Self.mostAPI)
        upstream = min(max(free - api - admin - callback, 8), Self.mostUpstream)
    }

    /// Raises the soft limit to the hard one, shares out what there is, and says so if that is less than promised.
    static func apply(_ configuration: GatewayConfiguration, logger: Logger) -> ProcessLimits {
        let descriptors = DescriptorLimit.raise()
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let limits = ProcessLimits(
            descriptors: descriptors,
            maxInFlight: configuration.upstream.maxInFlight,
            processors: processors,
            hasCallback: configuration.server.callback != nil
        )
        guard limits.api < mostAPI else { return limits }
        logger.warning(
            "few descriptors, so fewer connections are accepted: raise the hard limit (LimitNOFILE, ulimit -Hn)",
            metadata: [
                "descriptors": .stringConvertible(descriptors), "api_connections": .stringConvertible(limits.api),
                "admin_connections": .stringConvertible(limits.admin),
                "upstream_connections": .stringConvertible(limits.upstream),
            ]
        )
        return limits
    }
}
