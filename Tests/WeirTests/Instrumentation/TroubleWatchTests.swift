import Testing
import Timekeeping

@testable import Telemetry

/// What is told of a trouble that many calls meet.
struct TroubleWatchTests {
    private static func at(_ seconds: Int) -> Instant { .zero + .seconds(seconds) }

    @Test func `a trouble is told when it begins, when it changes, every ten minutes, and when it is over`() {
        var watch = TroubleWatch()
        var told: [Int] = []
        for second in 0..<1500 {
            let reason = second < 100 ? "40164" : "40125"
            if watch.failed("shop", because: reason, at: Self.at(second)) != nil { told.append(second) }
        }
        #expect(told == [0, 100, 700, 1300])
        let sum = watch.worked("shop", at: Self.at(1500))
        #expect(sum == TroubleWatch.Sum(failures: 1500, lasted: .seconds(1500)))
        let second = watch.worked("shop", at: Self.at(1501))
        #expect(second == nil)
        let anew = watch.failed("shop", because: "40164", at: Self.at(1502))
        #expect(anew != nil)
    }

    @Test func `one thing's trouble is not another's, and they are bounded`() {
        var watch = TroubleWatch()
        for number in 0..<(TroubleWatch.limit + 10) {
            let told = watch.failed("app-\(number)", because: "x", at: Self.at(number))
            #expect(told != nil)
        }
        #expect(watch.count == TroubleWatch.limit)
        let (first, kept) = (
            watch.worked("app-0", at: Self.at(20_000)), watch.worked("app-10", at: Self.at(20_000))
        )
        #expect(first == nil && kept != nil)
    }

    @Test func `a host that can't be reached is told once, however many attempts fail, and once when it is back`() {
        var watch = ReachWatch()
        let key = ReachWatch.Key(app: "shop", host: "https://api.weixin.qq.com")
        let told = (0..<60).filter { watch.failed(key, at: Self.at($0)) }
        #expect(told == [0])
        let early = watch.takeEnds(at: Self.at(100))
        #expect(early.isEmpty)
        watch.answered(key, at: Self.at(101))
        watch.answered(key, at: Self.at(105))
        let ends = watch.takeEnds(at: Self.at(106))
        #expect(ends.map(\.key) == [key])
        #expect(ends.map(\.end) == [ReachWatch.End(failures: 60, lasted: .seconds(101))])
        #expect(watch.count == 0)
    }

    @Test func `one that fails now and then is one trouble, which ends when it is calm`() {
        var watch = ReachWatch()
        let key = ReachWatch.Key(app: "shop", host: "h")
        var (begun, ended) = (0, 0)
        for second in 0..<600 {
            if second.isMultiple(of: 3) { if watch.failed(key, at: Self.at(second)) { begun += 1 } }
            watch.answered(key, at: Self.at(second))
            ended += watch.takeEnds(at: Self.at(second)).count
        }
        #expect(begun == 1 && ended == 0)
        let last = watch.takeEnds(at: Self.at(603))
        #expect(last.map(\.end) == [ReachWatch.End(failures: 200, lasted: .seconds(597))])
    }

    @Test func `hosts are bounded, and the one that was silent for longest goes first`() {
        var watch = ReachWatch()
        for number in 0...ReachWatch.limit {
            let isNews = watch.failed(ReachWatch.Key(app: "\(number)", host: "h"), at: Self.at(number))
            #expect(isNews)
        }
        #expect(watch.count == ReachWatch.limit)
        let forgotten = watch.failed(ReachWatch.Key(app: "0", host: "h"), at: Self.at(2000))
        let known = watch.failed(ReachWatch.Key(app: "5", host: "h"), at: Self.at(2001))
        #expect(forgotten && !known)
    }
}
