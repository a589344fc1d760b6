import Queueing
import TestSupport
import Testing

/// How those who share a lane and priority take turns.
@Suite struct ShareLineTests {
    private static func queue(weights: [Int] = []) -> QueueMachine {
        var policy = QueuePolicy()
        policy.weights = weights
        return QueueMachine(policy)
    }

    private static func job(_ number: Int, of share: UInt16, _ priority: Priority = .normal, expiresAt: Double? = nil)
        -> Job
    {
        Job(
            id: id(number),
            lane: lane,
            priority: priority,
            acceptedAt: at(0),
            expiresAt: expiresAt.map(at),
            share: ShareID(share)
        )
    }

    /// Admits jobs of a share, numbered from `first` on.
    private static func fill(_ queue: inout QueueMachine, _ numbers: Range<Int>, of share: UInt16, at seconds: Double) {
        for number in numbers { _ = queue.admit(job(number, of: share), at: at(seconds)) }
    }

    private static func take(_ queue: inout QueueMachine, _ count: Int, at seconds: Double) -> [Int] {
        (0..<count).compactMap { _ in queue.take(at: seconds) }
    }

    @Test func `ten messages of one client leave among the next twenty beside a hundred thousand of another`() {
        var queue = ShareLineTests.queue(weights: [1, 1, 1])
        ShareLineTests.fill(&queue, 0..<100_000, of: 1, at: 0)
        _ = ShareLineTests.take(&queue, 1000, at: 1)
        ShareLineTests.fill(&queue, 200_000..<200_010, of: 2, at: 50)
        let next = ShareLineTests.take(&queue, 20, at: 50)
        #expect(next.filter { $0 >= 200_000 } == Array(200_000..<200_010))
    }

    @Test(arguments: [[1, 1], [1, 3], [5, 2], [1000, 1], [1, 2, 4]])
    func `jobs leave in proportion to the weights`(weights: [Int]) {
        var queue = ShareLineTests.queue(weights: weights)
        let each = 4000
        for share in weights.indices {
            ShareLineTests.fill(&queue, share * each..<(share + 1) * each, of: UInt16(share), at: 0)
        }
        let count = weights.reduce(0, +) * (weights.max() == 1000 ? 1 : 100)
        let taken = ShareLineTests.take(&queue, count, at: 1)
        for (share, weight) in weights.enumerated() {
            let expected = Double(count * weight) / Double(weights.reduce(0, +))
            let own = Double(taken.count { $0 / each == share })
            #expect(abs(own - expected) <= Double(weights.count), "share \(share)")
        }
    }

    @Test func `the order inside a share is that of arrival`() {
        var queue = ShareLineTests.queue()
        for number in 0..<60 {
            _ = queue.admit(ShareLineTests.job(number, of: UInt16(number % 3)), at: at(Double(number)))
        }
        let taken = ShareLineTests.take(&queue, 60, at: 60)
        for share in 0..<3 { #expect(taken.filter { $0 % 3 == share } == Array(stride(from: share, to: 60, by: 3))) }
    }

    @Test func `who had nothing for a long time does not make good for it`() {
        var queue = ShareLineTests.queue()
        ShareLineTests.fill(&queue, 0..<500, of: 1, at: 0)
        _ = ShareLineTests.take(&queue, 400, at: 1)
        ShareLineTests.fill(&queue, 1000..<1100, of: 2, at: 2)
        #expect(ShareLineTests.take(&queue, 20, at: 2).count { $0 >= 1000 } == 10)
    }

    @Test func `who sends one by one has no more turns than its weight gives`() {
        var queue = ShareLineTests.queue(weights: [1, 9, 1])
        ShareLineTests.fill(&queue, 0..<1000, of: 1, at: 0)
        var (small, next) = (0, 10_000)
        for step in 0..<200 {
            // There is always one of the small client, and never a second.
            if queue.count(in: lane) == 1000 - (step - small) {
                _ = queue.admit(ShareLineTests.job(next, of: 2), at: at(1))
            }
            next += 1
            if let taken = queue.take(at: 1), taken >= 10_000 { small += 1 }
        }
        #expect(small == 20)
    }

    @Test func `what expires or is cancelled costs no turn`() {
        var queue = ShareLineTests.queue()
        for number in 0..<50 { _ = queue.admit(ShareLineTests.job(number, of: 1, expiresAt: 5), at: at(0)) }
        ShareLineTests.fill(&queue, 50..<100, of: 1, at: 0)
        ShareLineTests.fill(&queue, 100..<150, of: 2, at: 0)
        for number in 90..<100 { _ = queue.cancel(id(number)) }
        #expect(queue.expire(at: 6).count == 50)
        #expect(ShareLineTests.take(&queue, 20, at: 6).count { $0 < 100 } == 10)
    }

    @Test func `a lane is as old as the oldest job of its priority, whoever's turn it is`() {
        var queue = ShareLineTests.queue()
        ShareLineTests.fill(&queue, 0..<10, of: 1, at: 0)
        _ = queue.take(at: 0)
        _ = queue.admit(ShareLineTests.job(100, of: 2), at: at(90))
        let head = queue.head(of: lane, at: at(90))
        #expect(head?.id == id(100) && head?.levelSince == at(0) && head?.readySince == at(90))
        #expect(head?.effectivePriority == .high)
    }

    @Test func `what is more urgent goes first, whoever's it is`() {
        var queue = ShareLineTests.queue(weights: [1, 1, 1000])
        ShareLineTests.fill(&queue, 0..<10, of: 2, at: 0)
        _ = queue.admit(ShareLineTests.job(100, of: 1, .high), at: at(1))
        #expect(queue.take(at: 1) == 100)
    }

    @Test func `another weight counts from the next turn on`() {
        var policy = QueuePolicy()
        policy.weights = [1, 1, 1]
        var queue = QueueMachine(policy)
        ShareLineTests.fill(&queue, 0..<500, of: 1, at: 0)
        ShareLineTests.fill(&queue, 1000..<1500, of: 2, at: 0)
        #expect(ShareLineTests.take(&queue, 100, at: 1).count { $0 >= 1000 } == 50)
        policy.weights = [1, 1, 4]
        queue.update(policy)
        #expect((75...85).contains(ShareLineTests.take(&queue, 100, at: 1).count { $0 >= 1000 }))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a job is told how many go before it`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        let weights = (0..<5).map { _ in Int.random(in: 1...9, using: &chance) }
        var queue = ShareLineTests.queue(weights: weights)
        for number in 0..<2000 {
            let share = UInt16(Int.random(in: 0..<25, using: &chance).squareRoot)
            _ = queue.admit(ShareLineTests.job(number, of: share), at: at(Double(number)))
            if number % 3 == 0 { _ = queue.take(at: Double(number)) }
        }
        // Where in a round each stands is not told.
        let round = weights.reduce(0, +)
        let told = (0..<2000).map { queue.aheadByShare(of: id($0)) }
        for (position, number) in queue.drain(at: 3000).enumerated() {
            guard let ahead = told[number] else { continue }
            #expect(abs(ahead - position) <= round, "\(number)")
        }
    }

    @Test func `who has just had a turn is told of those that come before the next`() {
        var queue = ShareLineTests.queue(weights: [1, 1, 100])
        ShareLineTests.fill(&queue, 0..<2, of: 1, at: 0)
        ShareLineTests.fill(&queue, 1000..<2000, of: 2, at: 0)
        #expect(queue.take(at: 1) == 0)
        let told = queue.aheadByShare(of: id(1))
        let taken = ShareLineTests.take(&queue, 200, at: 1)
        #expect(taken.firstIndex(of: 1).map { abs($0 - (told ?? 0)) <= 1 } == true, "\(told ?? -1)")
    }

    @Test func `what did not go after all costs no turn`() {
        var queue = ShareLineTests.queue()
        ShareLineTests.fill(&queue, 0..<50, of: 1, at: 0)
        ShareLineTests.fill(&queue, 100..<150, of: 2, at: 0)
        for _ in 0..<20 {
            let ids = (0..<2).compactMap { _ in queue.lease(from: lane, at: at(1))?.id }
            // One of each; the first one's never go.
            for id in ids where id.rawValue < 100 {
                queue.requeue(id, notBefore: nil, front: true, hasGone: false, at: at(1))
            }
        }
        #expect(ShareLineTests.take(&queue, 20, at: 2).count { $0 < 100 } >= 10)
    }

    @Test func `who shares with nobody goes by age`() {
        var queue = ShareLineTests.queue()
        ShareLineTests.fill(&queue, 0..<3, of: 1, at: 0)
        #expect(queue.aheadByShare(of: id(2)) == nil && queue.aheadByShare(of: id(9)) == nil)
    }
}

extension Int {
    fileprivate var squareRoot: Int { Int(Double(self).squareRoot()) }
}
