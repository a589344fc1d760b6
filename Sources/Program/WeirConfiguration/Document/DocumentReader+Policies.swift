import Resilience
import Weir

extension DocumentReader {
    mutating func readBreaker(_ field: Field?) {
        let section = section(field, ConfigurationKey.Breaker.self)
        var policy = configuration.breaker
        if let window = duration(section[.window], in: .seconds(1)...Duration.seconds(3600)) { policy.window = window }
        if let calls = integer(section[.minimumCalls], in: 1...1_000_000) { policy.minimumCalls = calls }
        if let rate = share(section[.failureRate], from: 0, inclusive: false, to: 1) { policy.failureRate = rate }
        if let slow = duration(section[.slowCall], in: .milliseconds(1)...Duration.seconds(600)) {
            policy.slowCall = slow
        }
        if let rate = share(section[.slowCallRate], from: 0, inclusive: false, to: 1) { policy.slowCallRate = rate }
        let open = Duration.milliseconds(100)...Duration.seconds(86_400)
        if let duration = duration(section[.open], in: open) { policy.open = duration }
        if let duration = duration(section[.openMax], in: open) { policy.openMax = duration }
        if let probes = integer(section[.probes], in: 1...CircuitBreakerPolicy.maxProbes) { policy.probes = probes }
        if policy.open > policy.openMax, let field = section[.open] ?? section[.openMax] {
            let (open, most) = (DurationText.format(policy.open), DurationText.format(policy.openMax))
            report(field, "open (\(open)) is longer than open_max (\(most))")
        }
        configuration.breaker = policy
    }

    mutating func readQueue(_ field: Field?) {
        let section = section(field, ConfigurationKey.Queue.self)
        if let capacity = integer(section[.capacity], in: 1...10_000_000) { configuration.queue.capacity = capacity }
    }

    mutating func readRelay(_ field: Field?) {
        let section = section(field, ConfigurationKey.Relay.self)
        var relay = configuration.relay
        let tokens = RelayConfiguration.ForeignTokens.allCases.map { ($0.rawValue, $0) }
        if let choice = choice(section[.foreignTokens], of: tokens) { relay.foreignTokens = choice }
        if let codes = errorCodes(section[.errorCodes]) { relay.errorCodes = codes }
        let range = Duration.milliseconds(100)...Duration.seconds(600)
        if let timeout = duration(section[.timeout], in: range) { relay.timeout = timeout }
        if let timeout = duration(section[.mediaTimeout], in: range) { relay.mediaTimeout = timeout }
        if let count = integer(section[.maxWaiting], in: 1...1_000_000) { relay.maxWaiting = count }
        if let bytes = byteCount(section[.maxWaitingBytes], in: 1 << 20...1 << 36) { relay.maxWaitingBytes = bytes }
        configuration.relay = relay
    }

    mutating func errorCodes(_ field: Field?) -> RelayConfiguration.ErrorCodes? {
        choice(field, of: RelayConfiguration.ErrorCodes.allCases.map { ($0.rawValue, $0) })
    }

    mutating func readUpstream(_ field: Field?) {
        let section = section(field, ConfigurationKey.Upstream.self)
        var upstream = configuration.upstream
        if let count = integer(section[.maxInFlight], in: 1...10_000) { upstream.maxInFlight = count }
        if let timeout = duration(section[.timeout], in: .milliseconds(100)...Duration.seconds(600)) {
            upstream.timeout = timeout
        }
        if let timeout = duration(section[.connectTimeout], in: .milliseconds(10)...Duration.seconds(60)) {
            upstream.connectTimeout = timeout
        }
        if upstream.connectTimeout > upstream.timeout, let field = section[.connectTimeout] ?? section[.timeout] {
            let (connect, whole) = (DurationText.format(upstream.connectTimeout), DurationText.format(upstream.timeout))
            report(field, "connect_timeout (\(connect)) is longer than timeout (\(whole))")
        }
        upstream.proxy = proxy(section[.proxy])
        upstream.caFile = certificatesFile(section[.caFile])
        configuration.upstream = upstream
    }

    private mutating func byteCount(_ field: Field?, in range: ClosedRange<Int>) -> Int? {
        guard let scalar = scalar(field) else { return nil }
        guard let count = ByteCountText.parse(scalar.text) else {
            report(scalar.field, "\(scalar.shown) is not a number of bytes; write such as 67108864 or 64MiB")
            return nil
        }
        guard range.contains(count) else {
            let low = ByteCountText.format(range.lowerBound)
            report(scalar.field, "\(scalar.shown) is not between \(low) and \(ByteCountText.format(range.upperBound))")
            return nil
        }
        return count
    }

    /// Never shows the value: people write passwords into proxies' addresses.
    private mutating func proxy(_ field: Field?) -> String? {
        guard let scalar = scalar(field) else { return nil }
        guard let origin = try? OriginText(scalar.text, schemes: ["http"]), origin.port != nil else {
            report(scalar.field, "not the address of a proxy; write http://host:port, without user, password or path")
            return nil
        }
        return origin.text
    }
}
