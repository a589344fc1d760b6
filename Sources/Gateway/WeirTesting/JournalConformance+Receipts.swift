internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// A receipt of the sample's recipient.
    private static func receipt(
        _ state: MessageReceipt.State = .delivered,
        msgid: Int64? = 7,
        to recipient: String = "oRecipient",
        app: String = "main",
        at time: Timestamp = Sample.start,
        digest: Int64 = 1
    ) -> ReceivedReceipt {
        ReceivedReceipt(
            app: app,
            types: [.template],
            msgid: msgid,
            recipient: recipient,
            receipt: MessageReceipt(state, at: time, reason: state == .delivered ? nil : "failed"),
            digest: digest,
            receivedAt: time
        )
    }

    /// Accepted and sent, with a receipt to come.
    private static func sent(
        _ number: Int,
        msgid: Int64? = 7,
        as state: JobState = .sent,
        at time: Timestamp = Sample.start
    ) -> [JournalWrite] {
        [Sample.accept(number), Sample.start(number, at: time), end(number, msgid: msgid, as: state, at: time)]
    }

    private static func end(
        _ number: Int,
        msgid: Int64? = 7,
        as state: JobState = .sent,
        at time: Timestamp = Sample.start
    ) -> JournalWrite {
        var settlement = Settlement(state: state, at: time, countedAttempts: 1, msgid: msgid)
        settlement.awaitsReceipt = true
        let outcome: Outcome = state == .sent ? .accepted : .unknown
        return .settle(Sample.id(number), Sample.attempt(1, at: time, outcome), settlement)
    }

    private static func turn(after duration: Duration, missing: [String: Timestamp] = [:]) -> JournalWrite {
        .match(ReceiptTurn(now: Sample.start + duration, missingBefore: missing))
    }

    private static func results(_ receipt: JournalReceipt) -> [ReceiptNews.Result] {
        receipt.receipts.map(\.result)
    }

    /// A message's state and receipt.
    private static func expect(
        _ number: Int,
        _ state: JobState,
        _ receipt: MessageReceipt.State?,
        in trial: JournalTrial
    ) async throws {
        let message = try await trial.message(Sample.id(number))
        trial.expect("the state of \(number)", message.state, is: state)
        trial.expect("the receipt of \(number)", message.receipt?.state, is: receipt)
    }

    /// What WeChat says of messages after it took them.
    static let receiptChecks: [JournalCheck] = [
        JournalCheck("a receipt finds its message by msgid, of its app alone, and is kept over a kill") { trial in
            try await trial.write(sent(1))
            let other = try await trial.write([.receive(receipt(app: "other", digest: 2))])
            trial.expect("another app's", results(other), is: [.kept])
            let own = try await trial.write([.receive(receipt(.blocked))])
            trial.expect("its own", results(own), is: [.taken(Sample.id(1), from: .sent)])
            try await trial.kill()
            try await expect(1, .failed, .blocked, in: trial)
            let message = try await trial.message(Sample.id(1))
            trial.expect("its words", message.receipt?.reason, is: "failed")
            trial.expect("its reason", message.reason?.contains("refuses") == true)
            trial.expect("its msgid", message.msgid, is: 7)
            let summary = try await trial.journal.list(MessageFilter(states: [.failed])).messages.first
            trial.expect("its receipt in a list", summary?.receipt, is: message.receipt)
        },
        JournalCheck("a receipt that comes before the answer waits for it, over a kill too") { trial in
            try await trial.write([Sample.accept(1), Sample.start(1)])
            let early = try await trial.write([.receive(receipt()), turn(after: .seconds(60))])
            trial.expect("the early one", results(early), is: [.kept])
            try await trial.kill()
            let answered = try await trial.write([end(1)])
            trial.expect("with the answer", results(answered), is: [.taken(Sample.id(1), from: .sent)])
            try await expect(1, .delivered, .delivered, in: trial)
        },
        JournalCheck("the same push again changes nothing; another final one is counted and kept, and the first counts")
        { trial in
            try await trial.write(sent(1))
            try await trial.write([.receive(receipt())])
            let again = try await trial.write([.receive(receipt(.failed)), .receive(receipt(digest: 2))])
            trial.expect("the same digest, and the same word", results(again), is: [.repeated, .repeated])
            let against = (3...20).map { JournalWrite.receive(receipt(.failed, digest: $0)) }
            let contradicted = try await trial.write(against)
            trial.expect("others", results(contradicted), is: against.map { _ in .contradicted(Sample.id(1)) })
            try await trial.kill()
            try await expect(1, .delivered, .delivered, in: trial)
            let kept = try await trial.message(Sample.id(1)).contradictions
            trial.expect("how many are kept", kept.count, is: MessageReceipt.mostContradictions)
            trial.expect("the first of them", kept.first, is: receipt(.failed).receipt)
            let listed = try await trial.journal.list(MessageFilter()).messages.first
            trial.expect("a summary's", listed?.contradictions, is: [])
        },
        JournalCheck(
            "a message that is unknown ends by a receipt of its recipient and time, when all attempts are answered"
        ) { trial in
            try await trial.write(sent(1, msgid: nil, as: .unknown))
            let received = try await trial.write([.receive(receipt(msgid: 99))])
            trial.expect("a msgid that nobody knows", results(received), is: [.kept])
            trial.expect("too early", results(try await trial.write([turn(after: .seconds(9))])), is: [])
            let matched = try await trial.write([turn(after: .seconds(10))])
            trial.expect("by recipient", results(matched), is: [.taken(Sample.id(1), from: .unknown)])
            try await expect(1, .delivered, .delivered, in: trial)
        },
        JournalCheck("without a msgid a receipt finds what was sent to its recipient at that time, and nothing else") {
            trial in
            let long = Duration.seconds(3_600)
            try await trial.write(sent(1, msgid: 1, at: Sample.start + (.zero - long)) + sent(2, msgid: 2))
            try await trial.write([
                .receive(receipt(msgid: nil)), .receive(receipt(msgid: nil, to: "oOther", digest: 2)),
            ])
            let matched = try await trial.write([turn(after: .seconds(10))])
            trial.expect("what matched", results(matched), is: [.taken(Sample.id(2), from: .sent)])
            try await expect(1, .sent, nil, in: trial)
        },
        JournalCheck("a receipt that could be either of two messages', or is one's that still waits, decides nothing") {
            trial in
            var waiting = Settlement(state: .pending, at: Sample.start, countedAttempts: 1)
            waiting.awaitsReceipt = true
            try await trial.write(sent(1, msgid: 1) + sent(2, msgid: 2) + [.receive(receipt(msgid: nil))])
            trial.expect("either of two", results(try await trial.write([turn(after: .seconds(10))])), is: [])
            try await trial.write([.receive(receipt(msgid: 1, digest: 2)), .receive(receipt(msgid: 2, digest: 3))])
            try await trial.write([
                Sample.accept(3), Sample.start(3),
                .settle(Sample.id(3), Sample.attempt(1, .unknown), waiting), turn(after: .seconds(20)),
            ])
            try await trial.write([.receive(receipt(msgid: nil, digest: 4)), turn(after: .seconds(30))])
            try await expect(3, .pending, nil, in: trial)
            var unknown = Settlement(state: .unknown, at: Sample.start, countedAttempts: 1)
            unknown.awaitsReceipt = true
            try await trial.write([.conclude(Sample.id(3), unknown)])
            let matched = try await trial.write([turn(after: .seconds(40))])
            trial.expect("after its end", results(matched), is: [.taken(Sample.id(3), from: .unknown)])
        },
        JournalCheck("a receipt that does not come is missing, and one that comes late counts") { trial in
            try await trial.write(
                sent(1) + sent(2, msgid: nil, as: .unknown) + sent(3, msgid: 3, at: Sample.start + .seconds(5))
            )
            let before = ["main": Sample.start, "other": Sample.start]
            let missed = try await trial.write([turn(after: .seconds(3_600), missing: before)])
            trial.expect("what is missing", results(missed), is: [.taken(Sample.id(1), from: .sent)])
            let again = try await trial.write([turn(after: .seconds(3_601), missing: before)])
            trial.expect("it is told once", results(again), is: [])
            try await trial.kill()
            try await expect(1, .sent, .missing, in: trial)
            try await expect(2, .unknown, nil, in: trial)
            try await expect(3, .sent, nil, in: trial)
            let late = try await trial.write([.receive(receipt(.limited, at: Sample.start + .seconds(4_000)))])
            trial.expect("the late one", results(late), is: [.taken(Sample.id(1), from: .sent)])
            try await expect(1, .failed, .limited, in: trial)
        },
        JournalCheck("a receipt for which no message comes is dropped after a while, and is then new again") { trial in
            try await trial.write(sent(1))
            try await trial.write([.receive(receipt()), .receive(receipt(msgid: 8, digest: 2))])
            trial.expect("kept", results(try await trial.write([turn(after: .seconds(599))])), is: [])
            let dropped = try await trial.write([turn(after: .seconds(600))])
            trial.expect("dropped", results(dropped), is: [.unmatched])
            let new = try await trial.write([.receive(receipt(msgid: 8, digest: 2))])
            trial.expect("new again", results(new), is: [.kept])
        },
        JournalCheck("a redrive begins anew, and what awaits no receipt gets none") { trial in
            try await trial.write(sent(1) + [.receive(receipt(.failed)), .redrive(Sample.id(1), at: Sample.start)])
            try await expect(1, .pending, nil, in: trial)
            let old = try await trial.write([.receive(receipt(digest: 2))])
            trial.expect("the old msgid's", results(old), is: [.kept])
            try await trial.write([Sample.accept(2), Sample.start(2), Sample.end(2)])
            let none = try await trial.write([
                .receive(receipt(msgid: nil, digest: 3)), turn(after: .seconds(60), missing: ["main": Sample.start]),
            ])
            trial.expect("an app without callbacks", results(none), is: [.kept])
        },
        JournalCheck("receipts fail with the disk, and change nothing") { trial in
            try await trial.write(sent(1))
            try await trial.storage.breakDisk()
            for write in [JournalWrite.receive(receipt()), turn(after: .seconds(60))] {
                trial.expect("whether it was refused on a broken disk", await trial.refusal(of: [write]) != nil)
            }
            try await trial.storage.mendDisk()
            try await expect(1, .sent, nil, in: trial)
            let later = try await trial.write([.receive(receipt())])
            trial.expect("the same push later", results(later), is: [.taken(Sample.id(1), from: .sent)])
        },
    ]
}
