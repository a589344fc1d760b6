import Testing
import Timekeeping
import WeChat

@Suite struct AccessTokenMachineTests {
    @Test func `the first fetch is due at once and a call waits for it`() throws {
        var bench = TokenBench()
        #expect(bench.machine.need(at: bench.now) == .wait)
        #expect(bench.machine.nextWake == .zero)
        try bench.answer("a")
        let token = AccessToken(value: "a", issuedAt: .zero, expiresAt: .zero + .seconds(7200))
        #expect(bench.machine.need(at: bench.now) == .token(token))
        #expect(bench.machine.current == token)
    }

    @Test func `only one fetch is under way`() throws {
        var bench = TokenBench()
        let fetch = try bench.fetch()
        #expect(bench.machine.isFetching)
        for _ in 0..<29 {
            bench.pass(1)
            #expect(bench.machine.due(at: bench.now) == nil)
        }
        #expect(bench.machine.fetched(fetch, value: "a", expiresIn: .seconds(7200), at: bench.now) != .ignored)
        #expect(!bench.machine.isFetching)
        #expect(bench.machine.due(at: bench.now) == nil)
    }

    @Test func `a token's life counts from when it was asked for`() throws {
        var bench = TokenBench()
        let fetch = try bench.fetch()
        bench.pass(4)
        let update = bench.machine.fetched(fetch, value: "a", expiresIn: .seconds(100), at: bench.now)
        #expect(update == .renewed(AccessToken(value: "a", issuedAt: .zero, expiresAt: .zero + .seconds(100))))
        bench.now = .zero + .seconds(100)
        #expect(bench.value == nil)
    }

    @Test func `a longer life than WeChat gives is not believed`() throws {
        var bench = TokenBench()
        try bench.answer("a", life: 1_000_000)
        #expect(bench.machine.current?.expiresAt == .zero + .seconds(7200))
    }

    @Test func `in the last 300 seconds it asks every 60 until the token changes`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        #expect(bench.machine.nextWake == .zero + .seconds(6900))
        bench.now = .zero + .seconds(6899)
        #expect(bench.machine.due(at: bench.now) == nil)
        for second in [6900, 6960, 7020] {
            try bench.wake()
            #expect(bench.now == .zero + .seconds(second))
            #expect(try bench.answer("a", life: 7200 - second) == .unchanged(try #require(bench.machine.current)))
            #expect(bench.value == "a")
        }
        try bench.wake()
        #expect(bench.now == .zero + .seconds(7080))
        try bench.answer("b", life: 7200)
        #expect(bench.value == "b")
        #expect(bench.machine.nextWake == .zero + .seconds(7080 + 6900))
        #expect(bench.machine.supersededCount == 0)
    }

    @Test func `near a token's end it asks more often, but not without pause`() throws {
        var bench = TokenBench()
        try bench.answer("a", life: 60)
        var asked: [Instant] = []
        while bench.now < .zero + .seconds(60) {
            try bench.wake()
            asked.append(bench.now)
            let left = max(60 - bench.now.nanoseconds / 1_000_000_000, 1)
            try bench.answer("a", life: Int(left))
        }
        #expect((4...12).contains(asked.count))
        #expect(zip(asked, asked.dropFirst()).allSatisfy { $1 - $0 >= .seconds(1) })
    }

    @Test func `the old token stays in reserve for its remaining seconds`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(6900)
        try bench.answer("b")
        let old = AccessToken(value: "a", issuedAt: .zero, expiresAt: .zero + .seconds(7200))
        bench.pass(10)
        // The new one has not reached all of WeChat's machines yet.
        #expect(bench.machine.rejected(value: "b", at: bench.now) == .useCurrent(old))
        #expect(bench.value == "a")
        bench.now = .zero + .seconds(7200)
        #expect(bench.value == nil)
    }

    @Test func `a reserve that is rejected too is dropped`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(6900)
        try bench.answer("b")
        _ = bench.machine.rejected(value: "b", at: bench.now)
        #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing)
        #expect(bench.machine.need(at: bench.now) == .wait)
    }

    @Test func `a late rejection of an older token brings the current one`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(6900)
        try bench.answer("b")
        let current = try #require(bench.machine.current)
        for value in ["a", "a", "older"] {
            #expect(bench.machine.rejected(value: value, at: bench.now) == .useCurrent(current))
        }
        #expect(bench.machine.due(at: bench.now) == nil)
        #expect(bench.value == "b")
    }

    @Test func `many rejections of one token cause one fetch`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(100)
        for _ in 0..<1000 { #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing) }
        #expect(bench.machine.need(at: bench.now) == .wait)
        let fetch = try bench.fetch()
        for _ in 0..<1000 { #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing) }
        #expect(bench.machine.due(at: bench.now) == nil)
        let update = bench.machine.fetched(fetch, value: "b", expiresIn: .seconds(7100), at: bench.now)
        let current = try #require(bench.machine.current)
        #expect(update == .superseded(current))
        #expect(bench.machine.retry(afterRejected: "a", at: bench.now) == .useCurrent(current))
        for _ in 0..<1000 { #expect(bench.machine.rejected(value: "a", at: bench.now) == .useCurrent(current)) }
        #expect(bench.machine.due(at: bench.now) == nil)
    }

    @Test func `the same token again is used once more after a second, and no loop begins`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(100)
        #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing)
        let update = try bench.answer("a", life: 7100)
        let current = try #require(bench.machine.current)
        #expect(update == .confirmed(current))
        #expect(bench.machine.confirmedCount == 1)
        #expect(bench.machine.retry(afterRejected: "a", at: bench.now) == .sameToken(current, retryAfter: .seconds(1)))
        #expect(bench.value == "a")
        for _ in 0..<9 {
            bench.pass(1)
            #expect(bench.machine.rejected(value: "a", at: bench.now) == .sameToken(current, retryAfter: .seconds(1)))
            #expect(bench.machine.due(at: bench.now) == nil)
        }
        bench.pass(1)
        #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing)
        try bench.answer("b")
        #expect(bench.value == "b")
    }

    @Test func `a token that is rejected all day is asked for ever less often`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        var fetches: [Instant] = []
        for _ in 0..<6000 {
            bench.pass(1)
            _ = bench.machine.rejected(value: "a", at: bench.now)
            if case .fetch(let fetch) = bench.machine.due(at: bench.now) {
                fetches.append(bench.now)
                let life = Duration.seconds(7200) - (bench.now - .zero)
                _ = bench.machine.fetched(fetch, value: "a", expiresIn: life, at: bench.now)
            }
        }
        let gaps = zip(fetches, fetches.dropFirst()).map { $1 - $0 }
        #expect(Array(gaps.prefix(6)) == [10, 20, 40, 80, 160, 300].map { Duration.seconds($0) })
        #expect(gaps.dropFirst(6).allSatisfy { $0 == .seconds(300) })
        #expect(bench.machine.confirmedCount == fetches.count)
    }

    @Test func `a rejection long after the last one is taken for a first`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        for _ in 0..<5 {
            bench.pass(1000)
            #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing)
            try bench.answer("a")
            bench.pass(10)
            #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing)
            try bench.answer("a")
        }
    }

    @Test func `somebody's forced refresh is noticed and the dead token is not kept`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        for round in 1...5 {
            bench.pass(100)
            let dead = try #require(bench.value)
            _ = bench.machine.rejected(value: dead, at: bench.now)
            guard case .superseded = try bench.answer("b\(round)") else { throw TokenBench.Unexpected() }
            #expect(bench.machine.supersededCount == round)
            #expect(bench.machine.rejected(value: "b\(round)", at: bench.now) == .refreshing)
            try bench.answer("b\(round)")
        }
    }

    @Test func `an older answer never replaces a newer token`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(6900)
        let slow = try bench.fetch()
        bench.pass(30)
        try bench.answer("b")
        let current = bench.machine.current
        #expect(bench.machine.fetched(slow, value: "a", expiresIn: .seconds(300), at: bench.now) == .ignored)
        #expect(bench.machine.failed(slow, .transient, at: bench.now, using: &bench.generator) == .ignored)
        #expect(bench.machine.current == current)
        // Nor does an answer from a machine of WeChat's that is behind.
        bench.machine.retryNow(at: bench.now)
        #expect(try bench.answer("a", life: 270) == .unchanged(try #require(current)))
        #expect(bench.value == "b")
    }

    @Test func `an answer counts once`() throws {
        var bench = TokenBench()
        let fetch = try bench.fetch()
        _ = bench.machine.fetched(fetch, value: "a", expiresIn: .seconds(7200), at: bench.now)
        #expect(bench.machine.fetched(fetch, value: "b", expiresIn: .seconds(7200), at: bench.now) == .ignored)
        #expect(bench.value == "a")
    }

    @Test func `a fetch that never ends is given up`() throws {
        var bench = TokenBench()
        _ = try bench.fetch()
        #expect(bench.machine.nextWake == .zero + .seconds(30))
        try bench.wake()
        try bench.answer("a")
        #expect(bench.value == "a")
    }

    @Test func `an answer without a token is none`() throws {
        var bench = TokenBench()
        #expect(try bench.answer("", life: 7200) == .ignored)
        #expect(bench.machine.due(at: bench.now) == nil)
        try bench.wake()
        #expect(try bench.answer("a", life: 0) == .ignored)
        #expect(bench.value == nil)
        try bench.wake()
        try bench.answer("a")
        #expect(bench.value == "a")
    }

    @Test func `a token does not show itself`() throws {
        var bench = TokenBench()
        try bench.answer("75_secret")
        let token = try #require(bench.machine.current)
        var dumped = ""
        dump(bench.machine, to: &dumped)
        for text in [
            "\(token)", String(reflecting: token), "\(bench.machine)", "\(bench.machine.need(at: .zero))", dumped,
        ] {
            #expect(!text.contains("75_secret"))
        }
    }
}
