import TestSupport
import Testing
import Timekeeping

@testable import Resilience

struct RateLimiterMachineTests {
    private let oneASecond = RateLimit(permits: 1, per: .seconds(1), burst: 3)

    private func drained(maxWaiting: Int = 100) -> RateLimiterMachine {
        var machine = RateLimiterMachine(oneASecond, maxWaiting: maxWaiting, at: .zero)
        #expect(machine.drain(at: .zero) == [])
        return machine
    }

    @Test func `the line is served in order and never overtaken`() {
        var machine = drained()
        #expect(machine.enter(2, deadline: .distantFuture, at: .zero) == .waiting(1))
        #expect(machine.enter(1, deadline: .distantFuture, at: .zero) == .waiting(2))
        #expect(machine.nextWake(at: .zero) == after(.seconds(2)))
        #expect(machine.advance(to: after(.seconds(1))) == [])
        #expect(machine.take(1, at: after(.seconds(1))) == .wait(.seconds(3)))
        #expect(machine.advance(to: after(.seconds(2))) == [1])
        #expect(machine.advance(to: after(.seconds(3))) == [2])
        #expect(machine.waiting == 0 && machine.nextWake(at: after(.seconds(3))) == nil)
        #expect(machine.take(1, at: after(.seconds(4))) == .granted)
    }

    @Test func `a deadline that cannot be met is refused at once`() {
        var machine = drained()
        #expect(machine.enter(1, deadline: after(.seconds(1)), at: .zero) == .waiting(1))
        #expect(
            machine.enter(1, deadline: after(.milliseconds(1999)), at: .zero)
                == .refused(.deadline(retryAfter: .seconds(2)))
        )
        #expect(machine.enter(1, deadline: after(.seconds(2)), at: .zero) == .waiting(2))
    }

    @Test func `a full line and a wish beyond the burst are refused`() {
        var machine = drained(maxWaiting: 2)
        for place in UInt64(1)...2 {
            #expect(machine.enter(1, deadline: .distantFuture, at: .zero) == .waiting(place))
        }
        #expect(
            machine.enter(1, deadline: .distantFuture, at: .zero)
                == .refused(.tooManyWaiting(retryAfter: .seconds(3)))
        )
        #expect(machine.enter(4, deadline: .distantFuture, at: .zero) == .refused(.tooManyPermits(burst: 3)))
        #expect(machine.take(4, at: .zero) == .never)
    }

    @Test func `whoever leaves makes it earlier for those behind`() {
        var machine = drained()
        #expect(machine.enter(3, deadline: .distantFuture, at: .zero) == .waiting(1))
        #expect(machine.enter(1, deadline: .distantFuture, at: .zero) == .waiting(2))
        #expect(machine.cancel(1) == true)
        #expect(machine.cancel(1) == false)
        #expect(machine.cancel(77) == false)
        #expect(machine.nextWake(at: .zero) == after(.seconds(1)))
        #expect(machine.advance(to: after(.seconds(1))) == [2])
    }

    @Test func `a drain refuses those whom it delays too long and keeps the others`() {
        var machine = drained()
        #expect(machine.enter(1, deadline: after(.seconds(1)), at: .zero) == .waiting(1))
        #expect(machine.enter(1, deadline: after(.seconds(9)), at: .zero) == .waiting(2))
        let refusals = machine.drain(at: after(.milliseconds(500)))
        #expect(refusals == [.init(place: 1, reason: .deadline(retryAfter: .seconds(1)))])
        #expect(machine.nextWake(at: after(.milliseconds(500))) == after(.milliseconds(1500)))
        #expect(machine.advance(to: after(.milliseconds(1500))) == [2])
    }

    @Test func `a lower burst refuses who wants more than it`() {
        var machine = drained()
        #expect(machine.enter(3, deadline: .distantFuture, at: .zero) == .waiting(1))
        #expect(machine.enter(1, deadline: .distantFuture, at: .zero) == .waiting(2))
        let refusals = machine.update(RateLimit(permits: 1, per: .seconds(1), burst: 2), at: .zero)
        #expect(refusals == [.init(place: 1, reason: .tooManyPermits(burst: 2))])
        #expect(machine.nextWake(at: .zero) == after(.seconds(1)))
    }

    @Test(arguments: 0..<40)
    func `in any schedule the line is first come first served and keeps its deadlines`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = RateLimit(permits: 5, per: .seconds(1), burst: 4)
        var machine = RateLimiterMachine(limit, maxWaiting: 20, at: .zero)
        var now = Instant.zero
        var line: [UInt64: Instant] = [:]
        var lastServed: UInt64 = 0
        var uses: [Instant: Int] = [:]
        for _ in 1...600 {
            let goal = now + .milliseconds(Int.random(in: 0...300, using: &generator))
            while let wake = machine.nextWake(at: now), wake <= goal {
                now = wake
                for place in machine.advance(to: now) {
                    #expect(place > lastServed)
                    #expect(line.removeValue(forKey: place).map { $0 >= now } == true)
                    lastServed = place
                    uses[now, default: 0] += 1
                }
            }
            now = goal
            if Int.random(in: 0..<4, using: &generator) == 0,
                let place = line.keys.sorted().randomElement(using: &generator)
            {
                #expect(machine.cancel(place) == true)
                line[place] = nil
            } else {
                let deadline = now + .milliseconds(Int.random(in: 0...3000, using: &generator))
                switch machine.enter(1, deadline: deadline, at: now) {
                case .granted: uses[now, default: 0] += 1
                case .waiting(let place): line[place] = deadline
                case .refused(let reason): #expect(reason != .tooManyPermits(burst: 4) && reason != .cancelled)
                }
            }
            #expect(machine.waiting == line.count && machine.waiting <= 20)
        }
        let times = uses.keys.sorted()
        for first in times.indices {
            var permits = 0
            for last in first..<times.count {
                permits += uses[times[last]] ?? 0
                #expect(Int64(permits - 4) * 200_000_000 <= times[last].nanoseconds - times[first].nanoseconds)
            }
        }
    }

    @Test func `many who give up in the middle of the line leave no litter`() {
        var machine = RateLimiterMachine(oneASecond, maxWaiting: 10, at: .zero)
        _ = machine.drain(at: .zero)
        #expect(machine.enter(1, deadline: .distantFuture, at: .zero) == .waiting(1))
        for place in UInt64(2)...5000 {
            #expect(machine.enter(1, deadline: .distantFuture, at: .zero) == .waiting(place))
            #expect(machine.cancel(place) == true)
        }
        #expect(machine.waiting == 1)
        #expect(machine.placesHeld <= 20)
        #expect(machine.advance(to: after(.seconds(1))) == [1])
    }

    @Test func `a line that asks for more than an integer holds can leave again`() {
        let limit = RateLimit(permits: .max, per: .seconds(Int64.max), burst: .max)
        var machine = RateLimiterMachine(limit, maxWaiting: 100, at: .zero)
        _ = machine.drain(at: .zero)
        for place in 1...5 as ClosedRange<UInt64> {
            #expect(machine.enter(.max, deadline: .distantFuture, at: .zero) == .waiting(place))
        }
        let left = (1...5 as ClosedRange<UInt64>).map { machine.cancel($0) }
        #expect(left == Array(repeating: true, count: 5))
        #expect(machine.waiting == 0)
        #expect(machine.enter(1, deadline: .distantFuture, at: .zero) == .waiting(6))
    }
}
