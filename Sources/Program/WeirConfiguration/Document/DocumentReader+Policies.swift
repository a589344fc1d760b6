import Resilience
import Weir

extension DocumentReader {
    mutating func readBreaker(_ field: Field?) {
        var policy = configuration.breaker
        let section = read(field, ConfigurationKey.Breaker.self, into: &policy)
        if policy.open > policy.openMax, let field = section[.open] ?? section[.openMax] {
            let (open, most) = (DurationText.format(policy.open), DurationText.format(policy.openMax))
            report(field, "open (\(open)) is longer than open_max (\(most))")
        }
        configuration.breaker = policy
    }

    mutating func readUpstream(_ field: Field?) {
        var upstream = configuration.upstream
        let section = read(field, ConfigurationKey.Upstream.self, into: &upstream)
        if upstream.connectTimeout > upstream.timeout, let field = section[.connectTimeout] ?? section[.timeout] {
            let (connect, whole) = (DurationText.format(upstream.connectTimeout), DurationText.format(upstream.timeout))
            report(field, "connect_timeout (\(connect)) is longer than timeout (\(whole))")
        }
        configuration.upstream = upstream
    }

    mutating func errorCodes(_ field: Field?) -> RelayConfiguration.ErrorCodes? {
        choice(field, of: RelayConfiguration.ErrorCodes.allCases.map { ($0.rawValue, $0) })
    }

    mutating func byteCount(_ field: Field?, in range: ClosedRange<Int>) -> Int? {
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
    mutating func proxy(_ field: Field?) -> String? {
        guard let scalar = scalar(field) else { return nil }
        guard let origin = try? OriginText(scalar.text, schemes: ["http"]), origin.port != nil else {
            report(scalar.field, "not the address of a proxy; write http://host:port, without user, password or path")
            return nil
        }
        return origin.text
    }
}
