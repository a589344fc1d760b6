internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    private static let crm = DeliveryDestination(.subscriber, "crm")
    private static let url = "https://orders.internal/ended?id=1"

    private static func event(
        _ digest: Int64,
        _ destination: DeliveryDestination = crm,
        at time: Timestamp = Sample.start
    ) -> JournalWrite {
        .deliver(
            Delivery(
                destination: destination,
                app: "main",
                body: Array("{\"n\":\(digest)}".utf8),
                digest: digest,
                createdAt: time
            )
        )
    }

    /// A message whose client wants to hear of its end.
    private static func called(_ number: Int) -> JournalWrite {
        var record = Sample.record(number)
        record.content.callbackURL = url
        return .accept(record)
    }

    private static func sent(_ number: Int, msgid: Int64) -> JournalWrite {
        var settlement = Settlement(state: .sent, at: Sample.start, countedAttempts: 1, msgid: msgid)
        settlement.awaitsReceipt = true
        return .settle(Sample.id(number), Sample.attempt(1), settlement)
    }

    private static func receipt(_ msgid: Int64, at time: Timestamp = Sample.start) -> JournalWrite {
        .receive(
            ReceivedReceipt(
                app: "main",
                types: [.template],
                msgid: msgid,
                recipient: "oRecipient",
                receipt: MessageReceipt(.delivered, at: time),
                digest: msgid,
                receivedAt: time
            )
        )
    }

    private static func waiting(_ trial: JournalTrial) throws -> [WaitingDelivery] {
        var all: [WaitingDelivery] = []
        try trial.journal.deliveries { all.append($0) }
        return all
    }

    /// What the journal tells of, from now on.
    private static func heard(_ trial: JournalTrial) -> Answers<WaitingDelivery> {
        let heard = Answers<WaitingDelivery>()
        trial.journal.onDelivery { for one in $0 { heard.add(one) } }
        return heard
    }

    /// Who is told of what.
    static let deliveryChecks: [JournalCheck] = [
        JournalCheck("a delivery is told with its commit, and is there over a kill and a restart, oldest first") {
            trial in
            trial.expect("an empty journal's", try waiting(trial), is: [])
            let heard = heard(trial)
            let erp = DeliveryDestination(.subscriber, "erp")
            try await trial.write([event(1), event(1, erp)])
            try await trial.write([event(2)])
            let told = await heard.wait(for: 3)
            trial.expect("whom it told of", told.map(\.destination), is: [crm, erp, crm])
            trial.expect("whether places grow", told.map(\.place) == Set(told.map(\.place)).sorted())
            try await trial.kill()
            trial.expect("after a kill", try waiting(trial), is: told)
            try await trial.reopen()
            trial.expect("after a restart", try waiting(trial), is: told)
            let first = try await trial.journal.delivery(told[0].place)
            let content = StoredDelivery.Content.body(Array("{\"n\":1}".utf8))
            trial.expect("the first", first, is: StoredDelivery(told[0], app: "main", content: content))
            trial.expect("another's", try await trial.journal.delivery(told[2].place + 9), is: nil)
        },
        JournalCheck(
            "the same push again is stored once for each destination, also when it was taken, until it is forgotten"
        ) {
            trial in
            let heard = heard(trial)
            let first = try await trial.write([event(1), event(1)])
            trial.expect("how many it added", first.deliveries, is: 1)
            let again = try await trial.write([event(1)])
            trial.expect("how many the same push added", again.deliveries, is: 0)
            let place = await heard.wait(for: 1)[0].place
            let keptUntil = Sample.start + Delivery.knownFor
            try await trial.write([.settleDelivery(place, .over(keptUntil: keptUntil))])
            try await trial.kill()
            trial.expect("what waits", try waiting(trial), is: [])
            trial.expect("what it said", try await trial.journal.delivery(place), is: nil)
            try await trial.write([event(1)])
            trial.expect("what waits again", try waiting(trial), is: [])
            while try await trial.journal.sweep(Retention(), now: Sample.start, limit: 10) {}
            try await trial.write([event(1)])
            trial.expect("what waits too early", try waiting(trial), is: [])
            while try await trial.journal.sweep(Retention(), now: keptUntil, limit: 10) {}
            try await trial.write([event(1)])
            trial.expect("how many wait when it is forgotten", try waiting(trial).count, is: 1)
            trial.expect("whether its place is new", try waiting(trial).allSatisfy { $0.place > place })
        },
        JournalCheck("a delivery waits with its attempts, or is given up, and changes no more when it is over") {
            trial in
            try await trial.write([event(1), event(2)])
            let all = try waiting(trial)
            let next = Sample.start + .seconds(5)
            try await trial.write([.settleDelivery(all[0].place, .waits(attempts: 2, nextAt: next))])
            try await trial.kill()
            var first = all[0]
            (first.attempts, first.nextAt) = (2, next)
            trial.expect("what waits", try waiting(trial), is: [first, all[1]])
            let kept = Sample.start + Sample.day
            try await trial.write([.settleDelivery(first.place, .dead(attempts: 3, keptUntil: kept))])
            try await trial.write([
                .settleDelivery(first.place, .waits(attempts: 9, nextAt: next)),
                .settleDelivery(all[1].place + 9, .over(keptUntil: kept)),
            ])
            trial.expect("what still waits", try waiting(trial), is: [all[1]])
            let dead = try await trial.journal.delivery(first.place)
            trial.expect("the attempts of the dead", dead?.waiting.attempts, is: 3)
            trial.expect("its next", dead?.waiting.nextAt, is: nil)
            while try await trial.journal.sweep(Retention(), now: kept, limit: 1) {}
            trial.expect("the dead afterwards", try await trial.journal.delivery(first.place), is: nil)
            trial.expect("what waits afterwards", try waiting(trial), is: [all[1]])
        },
        JournalCheck(
            "a message's end is told in its commit where its client wants to hear of it, and of others nothing"
        ) {
            trial in
            let heard = heard(trial)
            try await trial.write([called(1), Sample.accept(2), called(3), Sample.start(1), Sample.start(2)])
            try await trial.write([Sample.retry(1)])
            try await trial.write([Sample.end(1, as: .failed), Sample.end(2)])
            try await trial.write([Sample.conclude(3, as: .cancelled), Sample.conclude(4, as: .dead)])
            let told = await heard.wait(for: 2)
            let orders = DeliveryDestination(.client, "orders")
            trial.expect("whom it told of", told.map(\.destination), is: [orders, orders])
            try await trial.kill()
            trial.expect("what waits", try waiting(trial), is: told)
            let stored = try await trial.journal.delivery(told[0].place)
            trial.expect("what it says", stored?.content, is: .ended(Sample.id(1), url: url))
            let message = try await trial.message(Sample.id(1))
            trial.expect("the address", message.content.callbackURL, is: url)
            // It ends again, and is told again.
            try await trial.write([.redrive(Sample.id(1), at: Sample.start), Sample.start(1, attempt: 2)])
            try await trial.write([Sample.end(1, attempt: 2)])
            trial.expect("how many wait now", try waiting(trial).count, is: 3)
            // Taken: nothing of it is left.
            try await trial.write([.settleDelivery(told[0].place, .over(keptUntil: .distantFuture))])
            trial.expect("the one that was taken", try await trial.journal.delivery(told[0].place), is: nil)
            trial.expect("how many still wait", try waiting(trial).count, is: 2)
        },
        JournalCheck("a receipt that moves a message is told, once for each commit's write, and a missing one is not") {
            trial in
            let heard = heard(trial)
            try await trial.write([called(1), Sample.start(1), called(2), Sample.start(2), called(3), Sample.start(3)])
            try await trial.write([sent(1, msgid: 71)])
            try await trial.write([receipt(71)])
            try await trial.write([receipt(71)])
            // The receipt was there first: the end and the receipt are one piece of news.
            try await trial.write([receipt(72)])
            try await trial.write([sent(2, msgid: 72)])
            try await trial.write([sent(3, msgid: 73)])
            let late = Sample.start + Sample.day
            let turn = ReceiptTurn(now: late, missingBefore: ["main": late])
            try await trial.write([.match(turn)])
            trial.expect("the third", try await trial.message(Sample.id(3)).progress.receipt?.state, is: .missing)
            var ids: [JobID] = []
            for one in await heard.wait(for: 4) {
                guard case .ended(let id, _)? = try await trial.journal.delivery(one.place)?.content else { continue }
                ids.append(id)
            }
            trial.expect("whose ends were told", ids, is: [1, 1, 2, 3].map { Sample.id($0) })
            trial.expect("how many wait", try waiting(trial).count, is: 4)
        },
        JournalCheck("deliveries fail with the disk, but for those of what has happened and what became of them") {
            trial in
            try await trial.write([event(1), called(1), Sample.start(1)])
            let first = try waiting(trial)[0]
            try await trial.storage.breakDisk()
            trial.expect("whether it was refused on a broken disk", await trial.refusal(of: [event(2)]) != nil)
            let answers = Answers<Bool>()
            trial.journal.append([Sample.end(1)]) { answers.add((try? $0.get()) != nil) }
            trial.journal.append([.settleDelivery(first.place, .over(keptUntil: .distantFuture))]) {
                answers.add((try? $0.get()) != nil)
            }
            try await trial.storage.mendDisk()
            trial.expect("the answers", await answers.wait(for: 2), is: [true, true])
            let destinations = try waiting(trial).map(\.destination)
            trial.expect("what waits", destinations, is: [DeliveryDestination(.client, "orders")])
        },
        JournalCheck("of one destination no more than some that were given up are kept") { trial in
            let count = Delivery.mostDead + 5
            try await trial.write((1...count).map { event(Int64($0)) })
            let all = try waiting(trial)
            try await trial.write(all.map { .settleDelivery($0.place, .dead(attempts: 1, keptUntil: .distantFuture)) })
            for one in all.prefix(5) {
                trial.expect("an old one", try await trial.journal.delivery(one.place), is: nil)
            }
            trial.expect("whether the next is there", try await trial.journal.delivery(all[5].place) != nil)
            trial.expect("whether the last is there", try await trial.journal.delivery(all[count - 1].place) != nil)
        },
    ]
}
