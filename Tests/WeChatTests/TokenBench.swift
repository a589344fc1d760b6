import TestSupport
import Testing
import Timekeeping
import WeChat

/// A machine with a clock and a driver's moves, to write schedules with.
struct TokenBench {
    var machine = AccessTokenMachine(at: .zero)
    var now = Instant.zero
    var generator = SeededGenerator(seed: 7)

    /// Begins the fetch that must be due.
    mutating func fetch() throws -> TokenFetch {
        let action = machine.due(at: now)
        guard case .fetch(let fetch) = action else { throw Unexpected() }
        return fetch
    }

    @discardableResult
    mutating func answer(_ value: String, life: Int = 7200) throws -> TokenUpdate {
        let fetch = try fetch()
        return machine.fetched(fetch, value: value, expiresIn: .seconds(life), at: now)
    }

    @discardableResult
    mutating func fail(_ failure: TokenFailure = .transient) throws -> TokenSetback {
        let fetch = try fetch()
        return machine.failed(fetch, failure, at: now, using: &generator)
    }

    mutating func pass(_ seconds: Int) {
        now = now + .seconds(seconds)
    }

    /// Moves to when the machine wants to be asked.
    mutating func wake() throws {
        now = max(now, try #require(machine.nextWake))
    }

    /// The value a call gets now.
    var value: String? {
        guard case .token(let token) = machine.need(at: now) else { return nil }
        return token.value
    }

    struct Unexpected: Error {}
}
