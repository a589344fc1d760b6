package import Intake
public import Queueing
package import Suppressing
import Synchronization
package import Timekeeping
package import WeirPorts

/// What became of what was kept of a person.
public struct ForgottenPerson: Equatable, Sendable {
    /// Messages that are gone, with their bodies and attempts.
    public var messages = 0
    /// Suppressions that are gone.
    public var suppressions = 0
    /// Deliveries to clients and subscribers that were given up, and are gone.
    public var deliveries = 0
    /// Messages that wait or are on their way, the newest first, at most ``listed``.
    public var waiting: [JobID] = []
    /// How many those are.
    public var waitingCount = 0
    /// Messages whose client is still to be told of their end.
    public var untold = 0
    /// Events that subscribers are still to be told.
    public var events = 0
    /// Whether the files hold nothing any more of what is gone.
    public var isShredded = false

    /// Messages that are named.
    public static let listed = 100

    /// Nothing was found.
    public init() {}

    mutating func note(waiting id: JobID) {
        waitingCount += 1
        if waiting.count < ForgottenPerson.listed { waiting.append(id) }
    }

    /// Whether nothing of the person was found.
    package var isNothing: Bool {
        messages == 0 && suppressions == 0 && deliveries == 0 && waitingCount == 0 && untold == 0 && events == 0
    }

    /// Whether nothing of the person is left here.
    public var isWhole: Bool { waitingCount == 0 && untold == 0 && events == 0 && isShredded }
}

extension OperationService {
    /// One person at a time: each looks through what clients and subscribers are to be told, and empties the journal's log.
    package func forget(_ person: Person, _ suppressions: SuppressionBook) async throws(MessageRefusal)
        -> ForgottenPerson
    {
        let isFree = state.withLock { state in
            defer { state.isForgetting = true }
            return !state.isForgetting
        }
        guard isFree else {
            let why = "another person is being forgotten: nothing was removed, ask again"
            throw MessageRefusal(.overloaded, why, retryAfter: .seconds(1))
        }
        defer { state.withLock { $0.isForgetting = false } }
        return try await Forgetting(journal: journal, suppressions: suppressions, time: time).forget(person)
    }
}

/// Removes what is kept of a person, step by step, and says what it had to leave.
package struct Forgetting: Sendable {
    private let journal: any Journal
    private let suppressions: SuppressionBook
    private let time: any TimeSource

    package init(journal: any Journal, suppressions: SuppressionBook, time: any TimeSource) {
        self.journal = journal
        self.suppressions = suppressions
        self.time = time
    }

    /// Returns when it is on disk. What comes of the person meanwhile may stay: the same call again finds it.
    package func forget(_ person: Person) async throws(MessageRefusal) -> ForgottenPerson {
        do throws(JournalError) {
            var result = ForgottenPerson()
            result.suppressions = try await suppressions.lift(app: person.app, recipient: person.recipient).count
            let traces = try await forgetDeliveries(of: person, &result)
            try await forgetMessages(of: person, but: traces.untold, &result)
            result.events = traces.waitingEvents
            result.isShredded = try await shred()
            return result
        } catch {
            throw MessageRefusal(error, while: .changing)
        }
    }

    private func forgetDeliveries(
        of person: Person,
        _ result: inout ForgottenPerson
    ) async throws(JournalError) -> PersonTraces {
        while true {
            let traces = try await journal.traces(of: person)
            var dead = traces.dead[...]
            result.deliveries += dead.count
            while !dead.isEmpty {
                let step = Array(dead.prefix(Erasure.mostAtOnce))
                try await journal.append([.erase(Erasure(of: person, deliveries: step))])
                dead = dead.dropFirst(step.count)
            }
            if traces.dead.count < PersonTraces.mostDead { return traces }
        }
    }

    private func forgetMessages(
        of person: Person,
        but untold: Set<JobID>,
        _ result: inout ForgottenPerson
    ) async throws(JournalError) {
        var filter = MessageFilter(app: person.app, recipient: person.recipient, limit: Erasure.mostAtOnce)
        filter.isOperators = true
        while true {
            let page = try await journal.list(filter)
            var ended: [JobID] = []
            for message in page.messages {
                if !message.state.isTerminal {
                    result.note(waiting: message.id)
                } else if untold.contains(message.id) {
                    result.untold += 1
                } else {
                    ended.append(message.id)
                }
            }
            if !ended.isEmpty {
                let erased = try await journal.append([.erase(Erasure(of: person, messages: ended))]).erased
                result.messages += erased
                if erased < ended.count { try await noteLeft(of: ended, &result) }
            }
            guard let next = page.next else { return }
            filter.before = next
        }
    }

    /// What moved between the look at it and the erasure: it waits again, or its client is to be told after all.
    private func noteLeft(of ids: [JobID], _ result: inout ForgottenPerson) async throws(JournalError) {
        for id in ids {
            guard let message = try await journal.message(id) else { continue }
            if message.state.isTerminal { result.untold += 1 } else { result.note(waiting: id) }
        }
    }

    /// Somebody may read an old state for a moment.
    private func shred() async throws(JournalError) -> Bool {
        for _ in 0..<50 {
            if try await journal.shred() { return true }
            try? await time.sleep(until: time.now() + .milliseconds(100))
        }
        return false
    }
}
