internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    private static let key = IdempotencyKey(client: "orders", app: "main", key: "order-1")

    /// Keys under which a client may hand over the same message again.
    static let idempotencyChecks: [JournalCheck] = [
        JournalCheck("a key stands for its message, for its client and app alone") { trial in
            try await trial.write([.accept(Sample.record(1, key: "order-1")), Sample.accept(2)])
            let asked: [(IdempotencyKey, Bool)] = [
                (key, true), (IdempotencyKey(client: "orders", app: "main", key: "order-2"), false),
                (IdempotencyKey(client: "billing", app: "main", key: "order-1"), false),
                (IdempotencyKey(client: "orders", app: "other", key: "order-1"), false),
                (IdempotencyKey(client: "ordersmain", app: "", key: "order-1"), false),
                (IdempotencyKey(client: "orders", app: "main", key: ""), false),
            ]
            for _ in 0..<2 {
                for (key, isKnown) in asked {
                    let digest = [UInt8](repeating: 7, count: 32)
                    let expected = isKnown ? IdempotentMessage(id: Sample.id(1), digest: digest) : nil
                    let found = try await trial.journal.idempotent(key, now: Sample.start)
                    trial.expect("the message of \(key)", found, is: expected)
                }
                try await trial.kill()
            }
        },
        JournalCheck("a key is known for less than 24 hours, also by a clock that was set back") { trial in
            try await trial.write([.accept(Sample.record(1, key: "order-1"))])
            let hour = Duration.seconds(3_600)
            for (later, isKnown) in [
                (.zero, true), (hour, true), (hour * 24 - .milliseconds(1), true), (hour * 24, false),
                (hour * 25, false),
                (hour * -2, true),
            ] {
                let found = try await trial.journal.idempotent(key, now: Sample.start + later)?.id
                trial.expect("the message \(later) later", found, is: isKnown ? Sample.id(1) : nil)
            }
        },
        JournalCheck("of several messages under one key the newest counts") { trial in
            let times = [Duration.zero, .seconds(90_000), .seconds(100_000)].map { Sample.start + $0 }
            for (number, time) in times.enumerated() {
                try await trial.write([.accept(Sample.record(number, at: time, key: "order-1"))])
                let found = try await trial.journal.idempotent(key, now: time)?.id
                trial.expect("the message of \(time)", found, is: Sample.id(number, at: time))
            }
        },
        JournalCheck("a message answers for its key whatever has become of it, and is not swept before") { trial in
            try await trial.write([.accept(Sample.record(1, key: "order-1")), Sample.start(1), Sample.end(1)])
            var retention = Retention()
            (retention.bodies, retention.sent) = (.zero, .zero)
            let later = Sample.start + Sample.day + .milliseconds(-1)
            while try await trial.journal.sweep(retention, now: later, limit: 10) {}
            trial.expect("the message", try await trial.journal.idempotent(key, now: later)?.id, is: Sample.id(1))
            while try await trial.journal.sweep(retention, now: Sample.start + Sample.day, limit: 10) {}
            trial.expect("the message a day later", try await trial.journal.message(Sample.id(1)), is: nil)
        },
    ]
}
