internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    private enum Kept: Equatable {
        case whole, withoutBody, nothing
    }

    private static func kept(_ number: Int, of trial: JournalTrial) async throws -> Kept {
        guard let message = try await trial.journal.message(Sample.id(number)) else { return .nothing }
        return message.content.body.isEmpty ? .withoutBody : .whole
    }

    /// By state: how long after its end a message is whole, and how long it is kept at all.
    private static func times(_ state: JobState, _ retention: Retention) -> (body: Duration, all: Duration)? {
        switch state {
        case .pending, .sending: nil
        case .sent, .delivered, .expired, .cancelled: (retention.bodies, retention.sent)
        case .failed: (retention.failed, retention.failed)
        case .dead, .unknown: (retention.dead, retention.dead)
        }
    }

    private static func sweepAll(_ trial: JournalTrial, at now: Timestamp, limit: Int = 7) async throws {
        // A journal may look at far more rows than it removes, but it comes to an end.
        for _ in 0..<1_000 {
            guard try await trial.journal.sweep(retention, now: now, limit: limit) else { return }
        }
        trial.note("sweeping has no end")
    }

    private static let retention: Retention = {
        var retention = Retention()
        (retention.bodies, retention.sent) = (.seconds(3_600), .seconds(7_200))
        (retention.failed, retention.dead) = (.seconds(10_800), .seconds(14_400))
        return retention
    }()

    /// How long what has ended is kept.
    static let sweepingChecks: [JournalCheck] = [
        JournalCheck("a body and a message are kept as long as the state says, and not longer") { trial in
            for (number, state) in JobState.allCases.enumerated() {
                try await trial.write([Sample.accept(number), Sample.start(number)])
                switch state {
                case .pending: try await trial.write([Sample.retry(number)])
                case .sending: break
                default: try await trial.write([Sample.end(number, as: state)])
                }
            }
            let times = [3_600, 7_200, 10_800, 14_400, 40_000_000].flatMap { seconds in
                [Duration.seconds(seconds) - .milliseconds(1), .seconds(seconds)]
            }
            for later in times {
                try await sweepAll(trial, at: Sample.start + later)
                for (number, state) in JobState.allCases.enumerated() {
                    var expected = Kept.whole
                    if let times = JournalConformance.times(state, retention) {
                        if later >= times.body { expected = .withoutBody }
                        if later >= times.all { expected = .nothing }
                    }
                    trial.expect(
                        "what is kept of one \(state) after \(later)",
                        try await kept(number, of: trial),
                        is: expected
                    )
                }
            }
        },
        JournalCheck("a step removes no more than its limit, and later steps go on until nothing is left") { trial in
            try await trial.write((0..<25).flatMap { [Sample.accept($0), Sample.conclude($0, as: .sent)] })
            let now = Sample.start + .seconds(40_000)
            var (bodies, messages) = (25, 25)
            for _ in 0..<100 {
                guard try await trial.journal.sweep(retention, now: now, limit: 10) else { break }
                var left: [Kept] = []
                for number in 0..<25 { left.append(try await kept(number, of: trial)) }
                let (whole, there) = (left.count { $0 == .whole }, left.count { $0 != .nothing })
                trial.expect("whether at most 10 bodies went", bodies - whole <= 10)
                trial.expect("whether at most 10 messages went", messages - there <= 10)
                (bodies, messages) = (whole, there)
            }
            trial.expect("what is left", try await trial.journal.list(MessageFilter()).messages.map(\.id), is: [])
        },
        JournalCheck("what is young stays, among what is old") { trial in
            let later = Sample.start + .seconds(7_200)
            try await trial.write([Sample.accept(1), Sample.conclude(1, as: .failed)])
            try await trial.write([Sample.accept(2), Sample.conclude(2, as: .sent)])
            try await trial.write([Sample.accept(3), Sample.conclude(3, as: .sent, at: later)])
            try await trial.write([Sample.accept(4)])
            try await sweepAll(trial, at: later, limit: 1)
            let left = try await trial.journal.list(MessageFilter()).messages.map(\.id)
            trial.expect("what is left", left, is: [4, 3, 1].map { Sample.id($0) })
            try await sweepAll(trial, at: later + .seconds(7_200), limit: 1)
            let last = try await trial.journal.list(MessageFilter()).messages.map(\.id)
            trial.expect("what is left later", last, is: [Sample.id(4)])
        },
        JournalCheck("an attempt of a message whose body was removed gets none") { trial in
            try await trial.write([Sample.accept(1), Sample.conclude(1, as: .sent)])
            try await sweepAll(trial, at: Sample.start + .seconds(3_600))
            let receipt = try await trial.write([
                .redrive(Sample.id(1), at: Sample.start),
                .start(Sample.id(1), number: 1, at: Sample.start, needsBody: true),
            ])
            trial.expect("the bodies", receipt.bodies, is: [:])
        },
        JournalCheck("a message that comes with the id of a removed one has nothing of it") { trial in
            let old = Sample.record(1, recipient: "o-old", key: "order-1")
            try await trial.write([.accept(old), Sample.start(1), Sample.end(1, as: .failed)])
            try await sweepAll(trial, at: Sample.start + Sample.day * 2)
            trial.expect("the removed one", try await trial.journal.message(old.id), is: nil)
            try await trial.write([Sample.accept(1)])
            trial.expect("the new one", try await trial.message(old.id), is: Sample.record(1))
            let key = IdempotencyKey(client: "orders", app: "main", key: "order-1")
            trial.expect("its old key", try await trial.journal.idempotent(key, now: Sample.start), is: nil)
            let found = try await trial.journal.list(MessageFilter(recipient: "o-old")).messages.map(\.id)
            trial.expect("its old recipient's", found, is: [])
        },
        JournalCheck("what was redriven is not swept") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1), Sample.end(1, as: .failed)])
            try await trial.write([.redrive(Sample.id(1), at: Sample.start)])
            try await sweepAll(trial, at: Sample.start + Sample.day * 400)
            trial.expect("what is kept of it", try await kept(1, of: trial), is: .whole)
        },
    ]
}
