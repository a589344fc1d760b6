internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// An entry that is within its limits.
    private static func entry(_ name: String, _ value: [UInt8], after duration: Duration = .zero) throws -> LedgerEntry
    {
        guard let entry = LedgerEntry(name: name, value: value, at: Sample.start + duration) else {
            throw JournalError.failed("\(name) is no entry")
        }
        return entry
    }

    /// Small named values beside the messages.
    static let ledgerChecks: [JournalCheck] = [
        JournalCheck("the ledger has of each name what was remembered last, ordered by name") { trial in
            trial.expect("an empty ledger", try trial.journal.ledger(), is: [])
            let (first, second) = (try entry("b", [1]), try entry("a", [0, 255, 0], after: .seconds(1)))
            let (third, capital) = (try entry("b", [2], after: .seconds(2)), try entry("B", [3]))
            try await trial.write([.remember(first), .remember(second)])
            trial.expect("two entries", try trial.journal.ledger(), is: [second, first])
            try await trial.write([.remember(third), .remember(capital), .forget("none")])
            for _ in 0..<2 {
                trial.expect("three entries", try trial.journal.ledger(), is: [capital, second, third])
                try await trial.kill()
            }
            try await trial.write([.forget("a"), .remember(second), .forget("B"), .forget("a")])
            trial.expect("the entry that is left", try trial.journal.ledger(), is: [third])
            try await trial.reopen()
            trial.expect("the entry that is left later", try trial.journal.ledger(), is: [third])
        },
        JournalCheck("the longest name and the longest value are kept to the byte") { trial in
            let name = String(repeating: "n", count: LedgerEntry.longestName)
            let bytes = (0..<LedgerEntry.longestValue).map { UInt8(truncatingIfNeeded: $0) }
            let long = try entry(name, bytes)
            try await trial.write([.remember(long)])
            try await trial.kill()
            trial.expect("whether it is there as it was", try trial.journal.ledger() == [long])
        },
        JournalCheck("entries share the fate of the writes beside them") { trial in
            try await trial.write([.remember(try entry("kept", [1])), Sample.accept(1)])
            let refusal = await trial.refusal(of: [
                .forget("kept"), .remember(try entry("new", [2])), Sample.accept(1),
            ])
            trial.expect("whether it was refused", refusal != nil)
            trial.expect("the names", try trial.journal.ledger().map(\.name), is: ["kept"])
            try await trial.storage.breakDisk()
            for writes in [[JournalWrite.forget("kept")], [.remember(try entry("new", [2]))]] {
                trial.expect("whether it was refused on a broken disk", await trial.refusal(of: writes) != nil)
            }
            let answers = Answers<Bool>()
            trial.journal.append([Sample.conclude(1, as: .cancelled), .remember(try entry("end", [3]))]) { result in
                answers.add((try? result.get()) != nil)
            }
            try await trial.storage.mendDisk()
            trial.expect("the answers", await answers.wait(for: 1), is: [true])
            trial.expect("the names later", try trial.journal.ledger().map(\.name), is: ["end", "kept"])
        },
        JournalCheck("sweeping takes nothing from the ledger") { trial in
            let kept = try entry("kept", [1])
            try await trial.write([.remember(kept), Sample.accept(1), Sample.conclude(1, as: .sent)])
            for _ in 0..<100 {
                let later = Sample.start + Sample.day * 400
                guard try await trial.journal.sweep(Retention(), now: later, limit: 10) else { break }
            }
            trial.expect("the ledger", try trial.journal.ledger(), is: [kept])
        },
    ]
}
