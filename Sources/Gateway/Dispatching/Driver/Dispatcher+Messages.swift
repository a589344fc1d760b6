package import Queueing
import Synchronization
import Timekeeping
import WeChat
package import WeirPorts

extension Dispatcher {
    /// Takes a message into the queue and the journal. `completion` hears when it is synced, or why it could not be taken.
    ///
    /// Where a permit is free at once, the attempt's start rides in the commit of the acceptance.
    package func accept(
        _ message: Message,
        _ content: MessageContent,
        completion: @escaping @Sendable (Result<Void, AcceptFailure>) -> Void
    ) {
        let api = message.type.descriptor
        let new = DispatchState.Acceptance(message: message, content: content, completion: completion)
        let refusal = update { state, now in state.accept(new, api, at: now) }
        if let refusal { completion(.failure(refusal)) }
    }

    /// An ended message that the journal has just set back to `pending` waits again.
    package func readmit(_ message: Message, _ progress: MessageProgress) {
        let api = message.type.descriptor
        update { state, now in state.readmit(message, progress, api, at: now) }
    }

    /// Brings back one message of an earlier process. Nothing is started yet: `look` does that once all are back.
    package func restore(_ restored: RestoredMessage) {
        let api = restored.message.type.descriptor
        prepare { state, now in state.restore(restored, api, at: now) }
    }

    /// Takes a waiting message out for good.
    package func cancel(
        _ id: JobID,
        because reason: String = "cancelled by its client",
        completion: @escaping @Sendable (Result<Bool, JournalError>) -> Void
    ) {
        let isGone = update { state, now in
            state.cancel(id, because: reason, at: now) { completion($0.map { true }) }
        }
        if !isGone { completion(.success(false)) }
    }

    /// What a waiting message waits for; `nil` when it does not wait here.
    package func waiting(_ id: JobID) -> Obstacle? {
        state.withLock { $0.machine.obstacle(of: id, at: time.moment()) }
    }

    /// What is known of a message, from one look.
    package func facts(about record: MessageRecord) -> MessageFacts {
        let api = record.type.descriptor
        return state.withLock { state in
            let policy = state.classes.policy(record.retryClass)
            return state.machine.explain(record, api, policy: policy, at: time.moment())
        }
    }

    /// Calls `action` once when the message has ended and its end is on disk; soon when it is not waiting or in flight here.
    ///
    /// - Returns: what `forget` takes back by.
    @discardableResult
    package func whenEnded(_ id: JobID, _ action: @escaping @Sendable () -> Void) -> UInt64 {
        let number = state.withLock { state -> UInt64? in
            state.machine.job(id) == nil ? nil : state.watchers.add(action, of: id)
        }
        // Its end may have been decided and not be on disk yet: it is then among what is committed before this.
        if number == nil { journal.append([]) { _ in action() } }
        return number ?? 0
    }

    /// Nobody waits for a message's end any more.
    package func forget(_ number: UInt64, of id: JobID) {
        state.withLock { $0.watchers.forget(number, of: id) }
    }
}

/// Why a message was not taken.
package enum AcceptFailure: Error, Equatable, Sendable {
    /// As many messages wait as may.
    case queueFull
    /// No app of its name is configured, or not any more.
    case noApp
    /// It could not be put on disk.
    case journal(JournalError)
}
