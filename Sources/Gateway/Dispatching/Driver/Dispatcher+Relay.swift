package import Queueing
import Timekeeping

extension Dispatcher {
    /// Queues a relayed call. `completion` is called once, also when there is no room, or when its turn would come too late.
    /// - Returns: the id with which the call can be hung up; `nil` when it has already ended.
    package func relay(_ call: RelayCall, priority: Priority, retryClass: String) -> JobID? {
        let id = makeID()
        let end = update { state, now in state.queue(call, as: id, priority, retryClass: retryClass, at: now) }
        guard let end else { return id }
        call.completion(end)
        return nil
    }

    /// The caller is gone.
    package func hangUp(_ id: JobID) {
        update { state, now in state.hangUp(id, at: now) }
    }
}
