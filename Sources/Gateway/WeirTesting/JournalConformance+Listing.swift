internal import Queueing
internal import Timekeeping
internal import WeChat
internal import WeirPorts

extension JournalConformance {
    /// Messages of several clients, apps, recipients, states and times, oldest first.
    private static var listed: [(writes: [JournalWrite], record: MessageRecord)] {
        (0..<64).map { number in
            var record = Sample.record(
                number,
                app: ["main", "主号", "other"][number % 3],
                client: ["orders", "", "订单"][number % 7 % 3],
                recipient: ["o1", "o2", "", "o3"][number % 5 % 4],
                at: Sample.start + .milliseconds(Int64(number / 2))
            )
            let state = JobState.allCases[number % 11 % JobState.allCases.count]
            var writes = [JournalWrite.accept(record)]
            switch state {
            case .pending: break
            case .sending:
                writes.append(.start(record.id, number: 1, at: record.message.createdAt, needsBody: false))
                record.progress.firstAttemptAt = record.message.createdAt
                record.progress.attemptAt = record.message.createdAt
                record.progress.startedAttempts = 1
            default:
                let end = Settlement(state: state, at: record.message.createdAt, countedAttempts: 0)
                writes.append(.conclude(record.id, end))
                record.progress.endedAt = record.message.createdAt
            }
            (record.progress.state, record.content.body) = (state, [])
            return (writes, record)
        }
    }

    /// One that comes after them.
    private static let newest = Sample.record(1, at: Sample.start + .seconds(1))

    private static let stateFilters: [[JobState]] = [
        [], [.pending], [.sent], [.sending, .sent], [.dead, .failed, .unknown], [.delivered, .cancelled],
        JobState.allCases,
    ]

    /// Each combination of what a filter can name.
    private static var filters: [MessageFilter] {
        var filters: [MessageFilter] = []
        for client in [nil, "orders", "", "nobody"] {
            for app in [nil, "main", "主号"] {
                for recipient in [nil, "o2", "", "o9"] {
                    for states in stateFilters {
                        filters.append(MessageFilter(client: client, app: app, states: states, recipient: recipient))
                    }
                }
            }
        }
        return filters
            + filters.filter { $0.app != "主号" }.map { filter in
                var filter = filter
                filter.since = Sample.start + .milliseconds(16)
                return filter
            }
    }

    /// All pages of a listing, one after another. What never ends is cut after a page for each message.
    private static func pages(_ filter: MessageFilter, of trial: JournalTrial) async throws -> [MessageRecord] {
        var (filter, messages) = (filter, [MessageRecord]())
        for _ in 0...80 {
            let page = try await trial.journal.list(filter)
            trial.expect("whether a page is within its limit", page.messages.count <= filter.limit)
            messages += page.messages
            guard let next = page.next else { return messages }
            filter.before = next
        }
        trial.note("the listing has no end: \(filter)")
        return messages
    }

    private static func writeListed(_ trial: JournalTrial) async throws -> [MessageRecord] {
        let listed = listed
        try await trial.write(listed.flatMap(\.writes))
        return listed.map(\.record).reversed()
    }

    /// Pages of messages.
    static let listingChecks: [JournalCheck] = [
        JournalCheck("the pages of a listing have each message that the filter names once, newest first") { trial in
            let all = try await writeListed(trial)
            for var filter in filters {
                let wanted = all.filter { JournalModel.isWanted($0, by: filter) }.map(\.id)
                filter.limit = 5
                let found = try await pages(filter, of: trial).map(\.id)
                if found != wanted { trial.note("\(filter) finds \(found), not \(wanted)") }
            }
        },
        JournalCheck("a page of any size skips no message") { trial in
            let all = try await writeListed(trial).map(\.id)
            for limit in [1, 2, 3, 31, 32, 63, 64, 65, 1_000] {
                let found = try await pages(MessageFilter(limit: limit), of: trial).map(\.id)
                trial.expect("the messages by pages of \(limit)", found, is: all)
            }
        },
        JournalCheck("a page begins below its cursor, whether that message is there or not") { trial in
            let all = try await writeListed(trial).map(\.id)
            for cursor in [all[0], all[20], all[63], JobID(rawValue: all[20].rawValue + 1), JobID(rawValue: 0)] {
                let found = try await pages(MessageFilter(before: cursor, limit: 7), of: trial).map(\.id)
                trial.expect("the messages below \(cursor)", found, is: all.filter { $0 < cursor })
            }
        },
        JournalCheck("a listing tells everything of a message but its body and its trail") { trial in
            let all = try await writeListed(trial)
            let found = try await pages(MessageFilter(limit: 30), of: trial)
            for (message, expected) in zip(found, all) { trial.expect("\(expected.id)", message, is: expected) }
            let (record, id) = (newest, newest.id)
            let waiting = Settlement(state: .pending, at: record.message.createdAt, countedAttempts: 1, reason: "busy")
            let attempt = Sample.attempt(1, .transient)
            try await trial.write([
                .accept(record), .start(id, number: 1, at: Sample.start, needsBody: false),
                .settle(id, attempt, waiting),
            ])
            let shown = try await trial.journal.list(MessageFilter(limit: 1)).messages.first
            trial.expect("its id", shown?.id, is: id)
            trial.expect("its trail", shown?.attempts, is: [])
            trial.expect("its body", shown?.content.body, is: [])
            trial.expect("its reason", shown?.progress.reason, is: "busy")
        },
        JournalCheck("a message that comes between two pages moves none of them") { trial in
            let all = try await writeListed(trial).map(\.id)
            let first = try await trial.journal.list(MessageFilter(limit: 20))
            try await trial.write([.accept(newest)])
            let rest = try await pages(MessageFilter(before: first.next, limit: 20), of: trial)
            trial.expect("the messages", (first.messages + rest).map(\.id), is: all)
        },
        JournalCheck("a listing follows a message from state to state") { trial in
            try await trial.write([Sample.accept(1)])
            let steps: [(JobState, [JournalWrite])] = [
                (.pending, []), (.sending, [Sample.start(1)]), (.failed, [Sample.end(1, as: .failed)]),
                (.pending, [.redrive(Sample.id(1), at: Sample.start)]), (.sending, [Sample.start(1, attempt: 2)]),
                (.sent, [Sample.end(1, attempt: 2)]), (.delivered, [Sample.conclude(1, as: .delivered)]),
            ]
            for (state, writes) in steps {
                try await trial.write(writes)
                for asked in JobState.allCases {
                    let found = try await trial.journal.list(MessageFilter(states: [asked])).messages.map(\.id)
                    trial.expect("those \(asked) while it is \(state)", found, is: asked == state ? [Sample.id(1)] : [])
                }
            }
        },
    ]
}
