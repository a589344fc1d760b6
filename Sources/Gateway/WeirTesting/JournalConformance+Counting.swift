internal import Timekeeping
internal import WeirPorts

extension JournalConformance {
    private static let today = ChinaTime.dayNumber(of: Sample.start)

    private static func counts(_ trial: JournalTrial, of day: Int64 = today) throws -> [Int64: Int] {
        var counts: [Int64: Int] = [:]
        try trial.journal.counts(of: day) { counts[$0, default: 0] += $1 }
        return counts
    }

    /// What is counted a day.
    static let countChecks: [JournalCheck] = [
        JournalCheck("counts are those of their day and mark, over a kill") { trial in
            trial.expect("an empty journal's", try counts(trial), is: [:])
            try await trial.write([Sample.accept(1), .count(7, day: today), .count(-7, day: today)])
            try await trial.write([Sample.accept(2), .count(7, day: today), .count(7, day: today + 1)])
            for _ in 0..<2 {
                trial.expect("today's", try counts(trial), is: [7: 2, -7: 1])
                trial.expect("tomorrow's", try counts(trial, of: today + 1), is: [7: 1])
                try await trial.kill()
            }
        },
        JournalCheck("what is not accepted is not counted") { trial in
            try await trial.write([Sample.accept(1), .count(7, day: today)])
            try await trial.storage.breakDisk()
            trial.expect("the refusal", await trial.refusal(of: [Sample.accept(2), .count(7, day: today)]) != nil)
            try await trial.storage.mendDisk()
            try await trial.kill()
            trial.expect("today's", try counts(trial), is: [7: 1])
        },
        JournalCheck("counts of days before yesterday are swept, a step at a time") { trial in
            let old = (0..<5).map { JournalWrite.count($0, day: today - 2) }
            try await trial.write(old + [.count(1, day: today - 1), .count(1, day: today)])
            let isMore = try await trial.journal.sweep(Retention(), now: Sample.start, limit: 3)
            trial.expect("more", isMore)
            trial.expect("what is left", try counts(trial, of: today - 2).count, is: 2)
            for _ in 0..<4 { _ = try await trial.journal.sweep(Retention(), now: Sample.start, limit: 3) }
            trial.expect("what is left", try counts(trial, of: today - 2), is: [:])
            trial.expect("yesterday's", try counts(trial, of: today - 1), is: [1: 1])
            trial.expect("today's", try counts(trial), is: [1: 1])
        },
    ]
}
