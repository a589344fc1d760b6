internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    private static func suppression(
        _ recipient: String = "o-1",
        _ reach: SuppressionReach = .following,
        app: String = "main",
        errcode: Int? = 43004,
        for duration: Duration = Sample.day
    ) -> Suppression {
        Suppression(
            app: app,
            recipient: recipient,
            reach: reach,
            errcode: errcode,
            since: Sample.start,
            until: Sample.start + duration
        )
    }

    private static func all(_ trial: JournalTrial) throws -> [Suppression] {
        var all: [Suppression] = []
        try trial.journal.suppressions { all.append($0) }
        return all
    }

    private static func blocked(_ digest: Int64, at time: Timestamp = Sample.start) -> JournalWrite {
        .receive(
            ReceivedReceipt(
                app: "main",
                types: [.template],
                msgid: nil,
                recipient: "o-1",
                receipt: MessageReceipt(.blocked, at: time),
                digest: digest,
                receivedAt: time,
                suppression: suppression(errcode: nil)
            )
        )
    }

    /// Who is not sent to.
    static let suppressionChecks: [JournalCheck] = [
        JournalCheck("a suppression is there with its commit, over a kill and a restart, and with it what caused it") {
            trial in
            trial.expect("an empty journal's", try all(trial), is: [])
            let (first, second) = (suppression(), suppression("o-2", .template("T"), errcode: 43101))
            let receipt = try await trial.write([
                Sample.accept(1), Sample.start(1), Sample.end(1, as: .failed), .suppress(first),
            ])
            trial.expect("the news", receipt.suppressions, is: [.made(first)])
            try await trial.write([.suppress(second)])
            try await trial.kill()
            trial.expect("after a kill", try all(trial), is: [first, second])
            trial.expect("the message", try await trial.message(Sample.id(1)).state, is: .failed)
            try await trial.reopen()
            trial.expect("after a restart", try all(trial), is: [first, second])
        },
        JournalCheck("of one app, recipient and reach there is one suppression: the latest, as the newest") { trial in
            let others = [
                suppression("o-2"), suppression(app: "other"), suppression("o-1", .everything),
                suppression("o-1", .template("T")),
            ]
            try await trial.write([.suppress(suppression())] + others.map { .suppress($0) })
            let later = suppression(errcode: nil, for: Sample.day * 2)
            let receipt = try await trial.write([.suppress(later)])
            trial.expect("the news", receipt.suppressions, is: [.made(later)])
            trial.expect("all", try all(trial), is: others + [later])
        },
        JournalCheck("a lift ends what it names, of its app and recipient alone") { trial in
            let mine = [
                suppression("o-1", .everything), suppression("o-1", .conversation), suppression("o-1", .template("T")),
                suppression("o-1", .template("U")),
            ]
            let others = [suppression("o-2", .everything), suppression("o-1", .everything, app: "other")]
            try await trial.write((mine + others).map { .suppress($0) })
            let some = try await trial.write([
                .lift(app: "main", recipient: "o-1", .only([.everything, .following, .template("U")])),
                .lift(app: "main", recipient: "o-3", .all),
            ])
            trial.expect("the news", some.suppressions, is: [.ended(mine[0]), .ended(mine[3])])
            try await trial.kill()
            trial.expect("what is left", try all(trial), is: [mine[1], mine[2]] + others)
            let rest = try await trial.write([.lift(app: "main", recipient: "o-1", .all)])
            trial.expect("the rest", rest.suppressions, is: [.ended(mine[1]), .ended(mine[2])])
            trial.expect("the others'", try all(trial), is: others)
        },
        JournalCheck("the oldest are shed, as many as is said") { trial in
            let all = (0..<5).map { suppression("o-\($0)") }
            try await trial.write(all.map { .suppress($0) })
            // Newest again.
            try await trial.write([.suppress(all[0])])
            let receipt = try await trial.write([.shed(2)])
            trial.expect("the news", receipt.suppressions, is: [.ended(all[1]), .ended(all[2])])
            trial.expect("what is left", try JournalConformance.all(trial), is: [all[3], all[4], all[0]])
            try await trial.write([.shed(0), .shed(10)])
            trial.expect("nothing", try JournalConformance.all(trial), is: [])
        },
        JournalCheck("a receipt's suppression comes with it, and not again with the same push") { trial in
            let first = try await trial.write([blocked(1)])
            trial.expect("the news", first.suppressions, is: [.made(suppression(errcode: nil))])
            try await trial.write([.lift(app: "main", recipient: "o-1", .all)])
            let again = try await trial.write([blocked(1)])
            trial.expect("the same push", again.suppressions, is: [])
            trial.expect("what is in force", try all(trial), is: [])
            let other = try await trial.write([blocked(2)])
            trial.expect("another push", other.suppressions.count, is: 1)
        },
        JournalCheck("a list has what is in force, newest first, by app and recipient, and goes on behind a page") {
            trial in
            let main = (0..<4).map { suppression("o-\($0)") }
            let other = suppression("o-1", app: "other")
            let over = suppression("o-over", for: .seconds(1))
            try await trial.write((main + [over, other]).map { .suppress($0) })
            let now = Sample.start + .seconds(1)
            let everything = try await trial.journal.suppressions(SuppressionFilter(now: now))
            trial.expect("all", everything.suppressions, is: [other] + main.reversed())
            trial.expect("their end", everything.next, is: nil)
            var filter = SuppressionFilter(apps: ["main"], now: now, limit: 3)
            let page = try await trial.journal.suppressions(filter)
            trial.expect("a page", page.suppressions, is: [main[3], main[2], main[1]])
            filter.before = page.next
            let last = try await trial.journal.suppressions(filter)
            trial.expect("the last page", last, is: SuppressionPage(suppressions: [main[0]]))
            let both = try await trial.journal.suppressions(SuppressionFilter(apps: ["other", "main"], now: now))
            trial.expect("of two apps", both.suppressions, is: [other] + main.reversed())
            let one = try await trial.journal.suppressions(
                SuppressionFilter(apps: ["main"], recipient: "o-1", now: now)
            )
            trial.expect("one recipient's", one.suppressions, is: [main[1]])
            let any = try await trial.journal.suppressions(SuppressionFilter(recipient: "o-1", now: now))
            trial.expect("the same of all apps", any.suppressions, is: [other, main[1]])
            let none = try await trial.journal.suppressions(SuppressionFilter(apps: [], now: now))
            trial.expect("of no app", none.suppressions, is: [])
        },
        JournalCheck("sweeping takes those whose time is over, a step at a time, and no others") { trial in
            let over = (0..<25).map { suppression("o-\($0)", for: .seconds($0 + 1)) }
            let kept = suppression("o-kept")
            try await trial.write((over + [kept]).map { .suppress($0) })
            let now = Sample.start + .seconds(25)
            var left = 26
            for _ in 0..<100 {
                guard try await trial.journal.sweep(Retention(), now: now, limit: 10) else { break }
                let there = try all(trial).count
                trial.expect("whether at most 10 went", left - there <= 10)
                left = there
            }
            trial.expect("what is left", try all(trial), is: [kept])
        },
        JournalCheck("suppressions fail with the disk, but for those beside what has happened") { trial in
            try await trial.write([.suppress(suppression()), Sample.accept(1)])
            try await trial.storage.breakDisk()
            let writes = [
                JournalWrite.suppress(suppression("o-2")), .lift(app: "main", recipient: "o-1", .all), .shed(1),
            ]
            for write in writes {
                trial.expect("whether it was refused on a broken disk", await trial.refusal(of: [write]) != nil)
            }
            let answers = Answers<Bool>()
            let end = [Sample.conclude(1, as: .failed), JournalWrite.suppress(suppression("o-3"))]
            trial.journal.append(end) { answers.add((try? $0.get()) != nil) }
            try await trial.storage.mendDisk()
            trial.expect("the answers", await answers.wait(for: 1), is: [true])
            trial.expect("what is in force", try all(trial), is: [suppression(), suppression("o-3")])
        },
    ]
}
