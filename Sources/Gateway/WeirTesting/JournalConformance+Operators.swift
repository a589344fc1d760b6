internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    private static func entry(_ action: String, who: String = "alice", after: Duration = .zero) -> AuditEntry {
        AuditEntry(
            at: Sample.start + after,
            who: who,
            role: "act",
            action: action,
            target: "main",
            reason: "搬家 \"now\"",
            status: 200,
            peer: "127.0.0.1",
            traceID: "4bf92f3577b34da6a3ce929d0e0e4736"
        )
    }

    /// A message to somebody, that has ended or waits.
    private static func message(
        _ number: Int,
        to recipient: String,
        app: String = "main",
        body: String? = nil,
        errcode: Int? = nil,
        as state: JobState? = .dead,
        url: String = ""
    ) -> [JournalWrite] {
        var record = Sample.record(number, app: app, recipient: recipient)
        if let body { record.content.body = Array(body.utf8) }
        record.content.callbackURL = url
        guard let state else { return [.accept(record)] }
        var attempt = Sample.attempt(1, .request)
        attempt.errcode = errcode
        let end = Settlement(state: state, at: Sample.start + .seconds(number), countedAttempts: 1, reason: "given up")
        return [.accept(record), Sample.start(number), .settle(Sample.id(number), attempt, end)]
    }

    private static func found(_ trial: JournalTrial, _ change: (inout MessageFilter) -> Void) async throws -> [JobID] {
        var filter = MessageFilter()
        change(&filter)
        let ids = try await trial.journal.list(filter).messages.map(\.id)
        trial.expect("the count", try await count(trial, filter), is: ids.count)
        return ids
    }

    private static func count(_ trial: JournalTrial, _ filter: MessageFilter) async throws -> Int {
        var (count, filter) = (0, filter)
        while true {
            let tally = try await trial.journal.tally(filter)
            count += tally.counts.values.reduce(0, +)
            guard let next = tally.next else { return count }
            filter.before = next
        }
    }

    /// What operators ask and do.
    static let operatorChecks: [JournalCheck] = [
        JournalCheck("messages are found and counted by errcode, template, text, type, and when they came and ended") {
            trial in
            try await trial.write(message(1, to: "o-1", body: #"{"template_id":"T1","a":"b"}"#, errcode: 40037))
            try await trial.write(
                message(2, to: "o-2", body: #"{"template_id":"T2","a":"\u8ba2\u5355"}"#, errcode: 43004)
            )
            try await trial.write(message(3, to: "o-3", body: #"{"template_id":"T2","a":"订单\""}"#, as: .failed))
            let ids = (0...3).map { Sample.id($0) }
            trial.expect("an errcode", try await found(trial) { $0.errcode = 40037 }, is: [ids[1]])
            trial.expect("no errcode", try await found(trial) { $0.errcode = 40038 }, is: [])
            trial.expect("a template", try await found(trial) { $0.search.template = "T2" }, is: [ids[3], ids[2]])
            trial.expect(
                "a text, escaped or not",
                try await found(trial) { $0.search.text = "订单" },
                is: [ids[3], ids[2]]
            )
            trial.expect("a reason", try await found(trial) { $0.search.text = "given" }, is: ids[1...].reversed())
            trial.expect("another text", try await found(trial) { $0.search.text = "Given" }, is: [])
            trial.expect(
                "both and a state",
                try await found(trial) {
                    $0.search = MessageSearch(template: "T2", text: "订单")
                    $0.states = [.dead]
                },
                is: [ids[2]]
            )
            trial.expect("a type", try await found(trial) { $0.types = [.template, .mass] }.count, is: 3)
            trial.expect("another type", try await found(trial) { $0.types = [.mass] }, is: [])
            trial.expect("before they came", try await found(trial) { $0.until = Sample.start }, is: [])
            trial.expect(
                "after they came",
                try await found(trial) { $0.until = Sample.start + .milliseconds(1) }.count,
                is: 3
            )
            trial.expect(
                "ended by then",
                try await found(trial) { $0.endedBy = Sample.start + .seconds(2) },
                is: [ids[2], ids[1]]
            )
        },
        JournalCheck("a count says whose and of what kind messages are") { trial in
            try await trial.write(message(1, to: "o-1") + message(2, to: "o-2") + message(3, to: "o-3", app: "other"))
            try await trial.write([.accept(Sample.record(4, client: ""))])
            let tally = try await trial.journal.tally(MessageFilter(limit: 1))
            typealias Group = MessageTally.Group
            let counts = [
                Group(app: "main", client: "orders", type: .template): 2,
                Group(app: "other", client: "orders", type: .template): 1,
                Group(app: "main", client: "", type: .template): 1,
            ]
            trial.expect("the counts", tally, is: MessageTally(counts: counts))
        },
        JournalCheck("what operators did is kept over a kill and a restart, and listed newest first, page by page") {
            trial in
            let all =
                (0..<5).map { entry($0 % 2 == 0 ? "pause" : "resume", after: .seconds($0)) } + [
                    entry("pause", who: "bob")
                ]
            for one in all { try await trial.write([.audit(one)]) }
            try await trial.kill()
            var filter = AuditFilter(limit: 4)
            let first = try await trial.journal.audit(filter)
            trial.expect("a page", first.entries, is: all[2...].reversed())
            filter.before = first.next
            trial.expect(
                "the last page",
                try await trial.journal.audit(filter),
                is: AuditPage(entries: [all[1], all[0]])
            )
            try await trial.reopen()
            let since = AuditFilter(since: Sample.start + .seconds(3))
            trial.expect("since then", try await trial.journal.audit(since).entries, is: [all[4], all[3]])
            let bob = AuditFilter(who: "bob", action: "pause", target: "main")
            trial.expect("one operator's", try await trial.journal.audit(bob).entries, is: [all[5]])
            trial.expect("none", try await trial.journal.audit(AuditFilter(target: "mai")).entries, is: [])
        },
        JournalCheck("what an operator did while the disk was broken is written when it can be") { trial in
            try await trial.storage.breakDisk()
            trial.expect("whether another write was refused", await trial.refusal(of: [Sample.accept(1)]) != nil)
            let answers = Answers<Bool>()
            trial.journal.append([.audit(entry("pause"))]) { answers.add((try? $0.get()) != nil) }
            try await trial.storage.mendDisk()
            trial.expect("the answer", await answers.wait(for: 1), is: [true])
            trial.expect("the trail", try await trial.journal.audit(AuditFilter()).entries, is: [entry("pause")])
        },
        JournalCheck("sweeping takes what is too old of the audit trail, a step at a time") { trial in
            let all = (0..<25).map { entry("pause", after: .seconds($0)) }
            try await trial.write(all.map { .audit($0) })
            var keep = Retention()
            keep.audit = .seconds(10)
            let now = Sample.start + .seconds(29)
            var left = 25
            for _ in 0..<100 {
                guard try await trial.journal.sweep(keep, now: now, limit: 10) else { break }
                let there = try await trial.journal.audit(AuditFilter(limit: 1_000)).entries.count
                trial.expect("whether at most 10 went", left - there <= 10)
                left = there
            }
            let rest = try await trial.journal.audit(AuditFilter(limit: 1_000)).entries
            trial.expect("what is left", rest, is: all[20...].reversed())
        },
        JournalCheck("forgetting takes a person's ended messages and what hangs on them, and nothing else") { trial in
            try await trial.write(message(1, to: "o-1", as: .sent) + message(2, to: "o-1", as: nil))
            try await trial.write(message(3, to: "o-2") + message(4, to: "o-1", app: "other") + message(5, to: "o-1"))
            let person = Person(app: "main", recipient: "o-1")
            let receipt = try await trial.write([.erase(Erasure(of: person, messages: (0...5).map { Sample.id($0) }))])
            trial.expect("how many went", receipt.erased, is: 2)
            try await trial.kill()
            let left = try await found(trial) { _ in }
            trial.expect("what is left", left, is: [Sample.id(4), Sample.id(3), Sample.id(2)])
            trial.expect("an erased one", try await trial.journal.message(Sample.id(1)), is: nil)
            trial.expect("whether its files are clear", try await trial.journal.shred())
            // Its place is free: nothing of the old one shows.
            try await trial.write([.accept(Sample.record(1, recipient: "o-9"))])
            trial.expect("a new one's attempts", try await trial.message(Sample.id(1)).attempts, is: [])
        },
        JournalCheck("deliveries that tell of a person are found, and those that were given up can go") { trial in
            let crm = DeliveryDestination(.subscriber, "crm")
            func event(_ text: String, _ digest: Int64) -> JournalWrite {
                let body = Array("{\"user\":\"\(text)\"}".utf8)
                return .deliver(
                    Delivery(destination: crm, app: "main", body: body, digest: digest, createdAt: Sample.start)
                )
            }
            let url = "https://orders.internal/"
            try await trial.write(message(1, to: "o-1", url: url) + message(2, to: "o-1", url: url))
            try await trial.write(
                [event("o-1", 1), event("o-1", 2), event("o-2", 3)] + message(3, to: "o-2", url: url)
            )
            var places: [Int64] = []
            try trial.journal.deliveries { places.append($0.place) }
            trial.expect("all deliveries", places.count, is: 6)
            let until = Sample.start + Sample.day
            try await trial.write(
                [places[0], places[2]].map { .settleDelivery($0, .dead(attempts: 1, keptUntil: until)) }
            )
            let person = Person(app: "main", recipient: "o-1")
            let traces = try await trial.journal.traces(of: person)
            trial.expect("given up", Set(traces.dead), is: [places[0], places[2]])
            trial.expect("untold", traces.untold, is: [Sample.id(2)])
            trial.expect("events that wait", traces.waitingEvents, is: 1)
            try await trial.write([.erase(Erasure(of: person, deliveries: places))])
            let rest = try await trial.journal.traces(of: person)
            trial.expect("what is left", rest, is: PersonTraces(untold: [Sample.id(2)], waitingEvents: 1))
            trial.expect("another person's", try await trial.journal.delivery(places[4]) != nil)
        },
        JournalCheck("a delivery tells of a person by the whole openid, not by a part of a longer one") {
            trial in
            let crm = DeliveryDestination(.subscriber, "crm")
            let texts = ["o-1", "xo-1", "o-1x", "o-1_", "-o-1", "o-12", "xo-1 o-1", "a:o-1,b"]
            for (number, text) in texts.enumerated() {
                let body = Array("{\"user\":\"\(text)\"}".utf8)
                let digest = Int64(number)
                let event = Delivery(destination: crm, app: "main", body: body, digest: digest, createdAt: Sample.start)
                try await trial.write([.deliver(event)])
            }
            var places: [Int64] = []
            try trial.journal.deliveries { places.append($0.place) }
            let person = Person(app: "main", recipient: "o-1")
            trial.expect("those that wait", try await trial.journal.traces(of: person).waitingEvents, is: 3)
            let until = Sample.start + Sample.day
            try await trial.write(places.map { .settleDelivery($0, .dead(attempts: 1, keptUntil: until)) })
            let theirs = [places[0], places[6], places[7]]
            trial.expect("given up", Set(try await trial.journal.traces(of: person).dead), is: Set(theirs))
            // Whatever is named, only what tells of the person goes.
            try await trial.write([.erase(Erasure(of: person, deliveries: places))])
            for place in places {
                let isThere = try await trial.journal.delivery(place) != nil
                trial.expect("whether \(place) is left", isThere, is: !theirs.contains(place))
            }
        },
        JournalCheck("a message stays while its client is to be told of its end") { trial in
            let url = "https://orders.internal/"
            try await trial.write(
                message(1, to: "o-1", url: url) + message(2, to: "o-1") + message(3, to: "o-1", url: url)
            )
            var places: [Int64] = []
            try trial.journal.deliveries { places.append($0.place) }
            let until = Sample.start + Sample.day
            try await trial.write([.settleDelivery(places[1], .over(keptUntil: until))])
            let all = Erasure(of: Person(app: "main", recipient: "o-1"), messages: (1...3).map { Sample.id($0) })
            trial.expect("how many went", try await trial.write([.erase(all)]).erased, is: 2)
            trial.expect("what is left", try await found(trial) { _ in }, is: [Sample.id(1)])
            try await trial.write([.settleDelivery(places[0], .over(keptUntil: until))])
            trial.expect("how many went then", try await trial.write([.erase(all)]).erased, is: 1)
        },
        JournalCheck("a redrive of what was erased is told, and brings nothing back") { trial in
            try await trial.write(message(1, to: "o-1") + message(2, to: "o-2"))
            try await trial.write([.erase(Erasure(of: Person(app: "main", recipient: "o-1"), messages: [Sample.id(1)]))]
            )
            let again = (1...2).map { JournalWrite.redrive(Sample.id($0), at: Sample.start) }
            trial.expect("what vanished", try await trial.write(again).vanished, is: [Sample.id(1)])
            trial.expect("what there is", try await found(trial) { _ in }, is: [Sample.id(2)])
            trial.expect("what vanished then", try await trial.write([again[1]]).vanished, is: [])
        },
    ]
}
