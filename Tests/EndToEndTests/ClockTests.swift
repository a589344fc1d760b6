import Dispatch
import Foundation
import Testing

/// Clocks that are stepped under the running binary, and over a restart.
@Suite(.serialized)
struct ClockTests {
    /// Seconds that the wall clock and the clock that counts a suspend move by.
    struct Step: Sendable, CustomStringConvertible {
        var description: String
        var wall: Int64
        var boot: Int64 = 0

        /// By how much it makes a duration longer at the most.
        var explains: Double { Double(max(abs(wall), boot)) }
    }

    static let steps = [
        Step(description: "eight hours forward", wall: 8 * 3600),
        Step(description: "eight hours back", wall: -8 * 3600),
        Step(description: "a suspend of an hour", wall: 3600, boot: 3600),
    ]

    /// What a test does to the upstream: `busy` recipients are refused once, `hanging` ones wait for the signal.
    private func start(_ clock: SteppedClock, release: DispatchSemaphore) async throws -> ScriptedStage {
        try await ScriptedStage.start {
            $0.environment = clock.environment
            $0.sections = "retry: {available: {attempts: 1, ladder: [2s], max_age: 48h}}"
        } script: {
            $0.on(ScriptedStage.template) { request in
                let recipient = request.member("touser") ?? ""
                if recipient.hasPrefix("hanging") { release.wait() }
                return recipient.hasPrefix("busy") && request.number < 3 ? .errcode(-1) : .ok()
            }
        }
    }

    private func arrived(_ stage: ScriptedStage, _ recipient: String) -> Int {
        stage.upstream.requests(ScriptedStage.template).count { $0.member("touser") == recipient }
    }

    private func inHalfAnHour() -> String {
        Date(timeIntervalSinceNow: 1800).formatted(.iso8601)
    }

    /// Every duration of every histogram is between nothing and what may have passed.
    private func checkDurations(_ weir: WeirProcess, atMost longest: Double) async throws {
        let text = try await weir.admin.get("/metrics").text
        let metrics = Metrics(text)
        let names = Set(
            text.split(separator: "\n").compactMap { line -> String? in
                let name = line.prefix { $0 != "{" && $0 != " " }
                return line.hasPrefix("weir_") && name.hasSuffix("_seconds_sum") ? String(name.dropLast(4)) : nil
            }
        )
        #expect(names.count > 3)
        for name in names {
            let (sum, count) = (metrics.sum(name + "_sum"), metrics.sum(name + "_count"))
            #expect(sum >= 0 && sum <= count * longest, "\(name): \(sum) s in \(count)")
        }
    }

    private func checkExplanation(_ weir: WeirProcess, _ id: String, atMost longest: Double) async throws {
        let told = try await weir.api.get("/v1/messages/\(id)/explain")
        let durations = told.data?["steps"]?.array.compactMap { $0["duration_ms"]?.int } ?? []
        #expect(!durations.isEmpty)
        for duration in durations {
            #expect(duration >= 0 && Double(duration) <= longest * 1000, "\(told.text)")
        }
    }

    @Test(arguments: steps)
    func `no duration is longer or shorter than a step explains`(_ step: Step) async throws {
        let (clock, release, began) = (try SteppedClock(), DispatchSemaphore(value: 0), ContinuousClock.now)
        let stage = try await start(clock, release: release)
        let weir = stage.weir
        let token = try await weir.token()
        let retried = try await weir.accept(.template(to: "busy-1"))
        try await eventually("it was refused once") { arrived(stage, "busy-1") == 1 }
        let scheduled = try await weir.accept(
            .template(to: "later", members: ",\"not_before\":\"\(inHalfAnHour())\"")
        )
        async let relayed = stage.send(to: "hanging-1", token: token)
        try await eventually("it is under way") { arrived(stage, "hanging-1") == 1 }

        try clock.set(wall: step.wall, boot: step.boot)
        release.signal()
        // An hour that nobody saw is longer than the call's own time; its answer came all the same, or nobody knows.
        let code = try await relayed.json?["errcode"]?.int
        #expect(code == 0 || step.boot > 0 && code == 990003)
        #expect(try await stage.send(to: "after", token: token).json?["errcode"]?.int == 0)
        try await weir.wait(retried, for: "sent")
        if step.wall > 0 {
            try await weir.wait(scheduled, for: "sent")
        } else {
            #expect(arrived(stage, "later") == 0)
        }
        #expect(stage.upstream.count(ScriptedUpstream.stableToken) == 1)

        let elapsed = (ContinuousClock.now - began) / .seconds(1)
        try await checkDurations(weir, atMost: elapsed + Double(step.boot))
        // The journal keeps wall times alone: a step forward looks like time that passed.
        try await checkExplanation(weir, retried, atMost: elapsed + Double(max(0, step.wall)))
        #expect(try await stage.breakerMoves() == 0)
    }

    @Test(arguments: steps)
    func `after a step within a restart each message arrives once or is told to be in doubt`(_ step: Step) async throws
    {
        let (clock, release, began) = (try SteppedClock(), DispatchSemaphore(value: 0), ContinuousClock.now)
        let stage = try await start(clock, release: release)
        let retried = try await stage.weir.accept(.template(to: "busy-1"))
        try await eventually("it was refused once") { arrived(stage, "busy-1") == 1 }
        try await eventually("its refusal is on disk") {
            try await stage.weir.status(retried)?["attempts"]?.array.first?["outcome"]?.string == "transient"
        }
        let interrupted = try await stage.weir.accept(.template(to: "hanging-1"))
        try await eventually("it is under way") { arrived(stage, "hanging-1") == 1 }
        try await stage.weir.crash()
        release.signal()

        try clock.set(wall: step.wall, boot: step.boot)
        let weir = try await WeirProcess.start(stage.settings)
        try await weir.wait(retried, for: "sent")
        // Nobody knows how long WeChat's memory of it has lasted.
        try await weir.wait(interrupted, for: "unknown")
        #expect(arrived(stage, "hanging-1") == 1)
        let fresh = try await weir.accept(.template(to: "after"))
        try await weir.wait(fresh, for: "sent")
        let longest = (ContinuousClock.now - began) / .seconds(1) + step.explains
        try await checkDurations(weir, atMost: longest)
        try await checkExplanation(weir, retried, atMost: longest)
    }
}
