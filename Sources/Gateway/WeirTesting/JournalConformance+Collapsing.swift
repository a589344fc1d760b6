internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    private static func keyed(_ number: Int, callbackURL: String = "") -> MessageRecord {
        var record = Sample.record(number)
        (record.message.collapse, record.content.collapseKey) = (CollapseMark(0..<16), "order-1")
        record.content.callbackURL = callbackURL
        return record
    }

    private static func collapse(_ number: Int, into newer: Int) -> JournalWrite {
        .collapse(Sample.id(number), into: Sample.id(newer), at: Sample.start + .seconds(1))
    }

    /// What a newer message in the place of an older one leaves.
    static let collapseChecks: [JournalCheck] = [
        JournalCheck("a collapsed message has ended as cancelled, and names the newer one, over a kill") { trial in
            let (older, newer) = (keyed(1), keyed(2))
            try await trial.write([.accept(older)])
            try await trial.write([.accept(newer), Sample.start(2), collapse(1, into: 2)])
            var expected = older
            (expected.progress.state, expected.progress.endedAt) = (.cancelled, Sample.start + .seconds(1))
            (expected.progress.reason, expected.progress.collapsedInto) = (Settlement.collapsed, newer.id)
            trial.expect("the older one", try await trial.message(older.id), is: expected)
            try await trial.kill()
            trial.expect("the older one", try await trial.message(older.id), is: expected)
            trial.expect("what waits", try trial.restored().map(\.id), is: [newer.id])
            trial.expect("its key", try await trial.message(newer.id).content.collapseKey, is: "order-1")
        },
        JournalCheck("what is in flight, has ended or is not there is not collapsed") { trial in
            try await trial.write([
                .accept(keyed(1)), Sample.start(1), .accept(keyed(2)), Sample.conclude(2, as: .expired),
            ])
            try await trial.write([.accept(keyed(3)), collapse(1, into: 3), collapse(2, into: 3), collapse(9, into: 3)])
            let states = [try await trial.message(Sample.id(1)), try await trial.message(Sample.id(2))]
            trial.expect("their states", states.map(\.state), is: [.sending, .expired])
            trial.expect("what they name", states.compactMap(\.collapsedInto), is: [])
        },
        JournalCheck("that a message was collapsed is told to its client once") { trial in
            try await trial.write([.accept(keyed(1, callbackURL: "https://orders.internal/ended"))])
            let first = try await trial.write([.accept(keyed(2)), collapse(1, into: 2)])
            let again = try await trial.write([.accept(keyed(3)), collapse(1, into: 3)])
            trial.expect("deliveries", [first.deliveries, again.deliveries], is: [1, 0])
        },
        JournalCheck("a conclude may name the newer message, too") { trial in
            try await trial.write([.accept(keyed(1)), .accept(keyed(2)), Sample.start(1), Sample.retry(1)])
            var end = Settlement(state: .cancelled, at: Sample.start, countedAttempts: 1, reason: Settlement.collapsed)
            end.collapsedInto = Sample.id(2)
            try await trial.write([.conclude(Sample.id(1), end)])
            trial.expect("what it names", try await trial.message(Sample.id(1)).collapsedInto, is: Sample.id(2))
        },
        JournalCheck("a collapse that can't be written is refused, and nothing of it is kept") { trial in
            try await trial.write([.accept(keyed(1))])
            try await trial.storage.breakDisk()
            trial.expect("the refusal", await trial.refusal(of: [.accept(keyed(2)), collapse(1, into: 2)]) != nil)
            try await trial.storage.mendDisk()
            try await trial.kill()
            trial.expect("what waits", try trial.restored().map(\.id), is: [Sample.id(1)])
        },
    ]
}
