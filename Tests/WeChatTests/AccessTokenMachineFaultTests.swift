import TestSupport
import Testing
import Timekeeping
import WeChat

@Suite struct AccessTokenMachineFaultTests {
    @Test func `failures are repeated with growing, random pauses`() throws {
        var bench = TokenBench()
        for failure in 1...12 {
            #expect(try bench.fail() == .retrying)
            let full = min(Duration.milliseconds(500) * (1 << (failure - 1)), .seconds(30))
            let pause = try #require(bench.machine.nextWake) - bench.now
            #expect(pause >= full / 2 && pause <= full)
            #expect(bench.machine.due(at: bench.now) == nil)
            try bench.wake()
        }
        try bench.answer("a")
        bench.pass(6900)
        try bench.fail()
        #expect(try #require(bench.machine.nextWake) - bench.now <= .milliseconds(500))
    }

    @Test func `the pauses of two machines differ`() throws {
        var pauses: Set<Instant> = []
        for seed in UInt64(0)..<20 {
            var bench = TokenBench()
            bench.generator = SeededGenerator(seed: seed)
            try bench.fail()
            pauses.insert(try #require(bench.machine.nextWake))
        }
        #expect(pauses.count > 15)
    }

    @Test func `the old token is used to its end while none can be had`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(6900)
        while bench.now < .zero + .seconds(7200) {
            #expect(bench.value == "a")
            try bench.fail()
            try bench.wake()
        }
        #expect(bench.machine.need(at: bench.now) == .wait)
    }

    @Test func `a rejection doesn't shorten the pause of a sick endpoint, and the doubtful token is used meanwhile`()
        throws
    {
        var bench = TokenBench()
        try bench.answer("a")
        let current = try #require(bench.machine.current)
        #expect(bench.machine.rejected(value: "a", at: bench.now) == .refreshing)
        try bench.fail()
        #expect(bench.value == "a")
        for _ in 0..<100 {
            #expect(bench.machine.rejected(value: "a", at: bench.now) == .sameToken(current, retryAfter: .seconds(1)))
            #expect(bench.machine.due(at: bench.now) == nil)
        }
        try bench.wake()
        try bench.answer("b")
        #expect(bench.value == "b")
    }

    @Test(arguments: [40001, 40002, 40013, 40125, 40164, 40243, 41002, 41004, 50004, 50007])
    func `an operator's fault is told once and probed every minute`(_ errcode: Int) throws {
        var bench = TokenBench()
        let fault = TokenFault(errcode: errcode, detail: "why", since: bench.now)
        #expect(try bench.fail(.fault(errcode: errcode, detail: "why")) == .faulted(fault))
        #expect(bench.machine.need(at: bench.now) == .fault(fault))
        #expect(bench.machine.rejected(value: "x", at: bench.now) == .fault(fault))
        for probe in 1...5 {
            bench.now = .zero + .seconds(60 * probe - 1)
            #expect(bench.machine.due(at: bench.now) == nil)
            bench.pass(1)
            #expect(try bench.fail(.fault(errcode: errcode, detail: "why")) == .stillFaulted(fault))
        }
        bench.pass(60)
        try bench.answer("a")
        #expect(bench.machine.fault == nil)
        #expect(bench.value == "a")
    }

    @Test(arguments: [89501, 89503, 89506, 89507])
    func `where each try asks the admin it is probed every five minutes`(_ errcode: Int) throws {
        var bench = TokenBench()
        try bench.fail(.fault(errcode: errcode, detail: ""))
        #expect(bench.machine.nextWake == .zero + .seconds(300))
    }

    @Test func `another fault is news, and an outage doesn't end one`() throws {
        var bench = TokenBench()
        try bench.fail(.fault(errcode: 40164, detail: "invalid ip 1.2.3.4"))
        bench.pass(60)
        let known = try #require(bench.machine.fault)
        #expect(try bench.fail() == .stillFaulted(known))
        #expect(bench.machine.nextWake == bench.now + .seconds(60))
        bench.pass(60)
        #expect(
            try bench.fail(.fault(errcode: 40125, detail: ""))
                == .faulted(TokenFault(errcode: 40125, detail: "", since: bench.now))
        )
    }

    @Test func `with a fault the token is used until it is rejected or ends`() throws {
        var bench = TokenBench()
        try bench.answer("a")
        bench.pass(6900)
        try bench.fail(.fault(errcode: 40164, detail: ""))
        let fault = try #require(bench.machine.fault)
        #expect(bench.value == "a")
        #expect(bench.machine.rejected(value: "a", at: bench.now) == .fault(fault))
        #expect(bench.machine.need(at: bench.now) == .fault(fault))
        #expect(bench.machine.due(at: bench.now) == nil)
    }

    @Test func `an operator's word ends the wait and the answer to the old secret doesn't count`() throws {
        var bench = TokenBench()
        try bench.fail(.fault(errcode: 40125, detail: ""))
        bench.pass(60)
        let old = try bench.fetch()
        bench.machine.retryNow(at: bench.now)
        #expect(bench.machine.need(at: bench.now) == .wait)
        let new = try bench.fetch()
        #expect(old != new)
        #expect(
            bench.machine.failed(old, .fault(errcode: 40125, detail: ""), at: bench.now, using: &bench.generator)
                == .ignored
        )
        #expect(bench.machine.fetched(new, value: "a", expiresIn: .seconds(7200), at: bench.now) != .ignored)
        #expect(bench.value == "a")
    }

    @Test func `quotas are waited for`() throws {
        var bench = TokenBench()
        try bench.fail(.throttled)
        #expect(try #require(bench.machine.nextWake) - bench.now >= .seconds(60))
        try bench.wake()
        try bench.fail(.quotaExhausted)
        #expect(try #require(bench.machine.nextWake) - bench.now >= .seconds(300))
    }

    @Test(
        arguments: [
            (#"{"errcode":-1}"#, 200, TokenFailure.transient), ("<html>", 200, .transient), ("", 502, .transient),
            (#"{"errcode":45011}"#, 200, .throttled), (#"{"errcode":45009}"#, 200, .quotaExhausted),
            (
                #"{"errcode":40001,"errmsg":"invalid credential rid: 1-2"}"#, 200,
                .fault(errcode: 40001, detail: "invalid credential")
            ),
            (
                #"{"errcode":40164,"errmsg":"invalid ip 1.2.3.4"}"#, 200,
                .fault(errcode: 40164, detail: "invalid ip 1.2.3.4")
            ),
            (#"{"errcode":40002}"#, 200, .fault(errcode: 40002, detail: "")),
            (#"{"errcode":43002}"#, 200, .fault(errcode: 43002, detail: "")),
            (#"{"errcode":123456}"#, 200, .fault(errcode: 123_456, detail: "")), ("", 404, .transient),
            ("", 412, .transient),
            (#"{"access_token":"a","expires_in":7200}"#, 200, nil),
        ] as [(String, Int, TokenFailure?)]
    )
    func `an answer of the token endpoint is a token or a kind of failure`(
        _ body: String,
        _ status: Int,
        _ expected: TokenFailure?
    ) {
        let api = APICatalog.descriptor(method: "POST", path: "/cgi-bin/stable_token")
        let answer = ReplyClassifier().classify(status: status, contentType: nil, body: Array(body.utf8), api: api)
        #expect(TokenFailure(answer) == expected)
    }

    @Test func `no answer is a passing failure, whether bytes left or not`() {
        #expect(TokenFailure(ReplyClassifier().classify(failure: true)) == .transient)
        #expect(TokenFailure(ReplyClassifier().classify(failure: false)) == .transient)
    }

    /// Thousands of random schedules against a WeChat that keeps its own rules.
    @Test(arguments: UInt64(1)...40)
    func `whatever happens, one fetch is under way and the newest token wins`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var bench = TokenBench()
        var pending: [(fetch: TokenFetch, value: String)] = []
        var issued = 0
        var latest = -1
        for _ in 0..<2000 {
            bench.now = bench.now + .milliseconds(Int64.random(in: 0...20_000, using: &generator))
            if case .fetch(let fetch) = bench.machine.due(at: bench.now) {
                #expect(pending.allSatisfy { bench.now - $0.fetch.startedAt >= .seconds(30) })
                if Bool.random(using: &generator) { issued += 1 }
                pending.append((fetch, "\(issued)"))
            }
            #expect(try #require(bench.machine.nextWake) >= bench.now)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0...2 where !pending.isEmpty:
                let (fetch, value) = pending.remove(at: Int.random(in: 0..<pending.count, using: &generator))
                let life = Duration.seconds(Int.random(in: 1...7200, using: &generator))
                let update = bench.machine.fetched(fetch, value: value, expiresIn: life, at: bench.now)
                if update != .ignored { latest = max(latest, Int(value) ?? 0) }
            case 3 where !pending.isEmpty:
                let (fetch, _) = pending.removeFirst()
                let failure =
                    Bool.random(using: &generator) ? TokenFailure.transient : .fault(errcode: 40164, detail: "")
                _ = bench.machine.failed(fetch, failure, at: bench.now, using: &generator)
            case 4:
                _ = bench.machine.rejected(
                    value: "\(max(0, issued - Int.random(in: 0...1, using: &generator)))",
                    at: bench.now
                )
            default:
                break
            }
            if let current = bench.machine.current { #expect(Int(current.value) == latest) }
            if case .token(let token) = bench.machine.need(at: bench.now) { #expect(bench.now < token.expiresAt) }
        }
        #expect(latest > 10)
    }
}
