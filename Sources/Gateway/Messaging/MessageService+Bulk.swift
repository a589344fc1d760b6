package import Clients
package import Dispatching
package import Intake
package import Queueing
import Synchronization
package import WeChat
package import WeirPorts

/// What became of messages that were changed together.
package struct BulkResult: Equatable, Sendable {
    /// Those that wait again, or were cancelled.
    package var changed: Int
    /// Those that could not be.
    package var skipped: Int

    package init(changed: Int, skipped: Int) {
        self.changed = changed
        self.skipped = skipped
    }
}

/// What operators have done to many messages, step by step.
extension MessageService {
    /// Lets those of `ids` wait again that can, in one commit: returns when it is on disk.
    ///
    /// - Parameters:
    ///   - ids: few, the newest first, as everybody takes their turns who takes several.
    ///   - isMeant: what a message must be besides.
    ///   - beside: what is to be written in the same commit, whatever can be redriven.
    package func redrive(
        _ ids: [JobID],
        caller: Caller,
        where isMeant: (MessageRecord) -> Bool,
        beside: (BulkResult) -> [JournalWrite]
    ) async throws(MessageRefusal) -> BulkResult {
        var held: [JobID] = []
        defer { for id in held { redrives.leave(id) } }
        var (records, charged): ([MessageRecord], [MessageRecord]) = ([], [])
        for id in ids {
            let record: MessageRecord?
            do throws(MessageRefusal) {
                try await redrives.enter(id, for: "")
                held.append(id)
                record = try await find(id)
            } catch {
                intake.giveBack(charged)
                throw error
            }
            guard let record, isMeant(record) else { continue }
            do throws(MessageRefusal) {
                try checkBulkRedrive(of: record, caller: caller)
                // One whose client has nothing left of its budget is passed over: the others are not to wait for it.
                if try await intake.recharge(record) { charged.append(record) }
            } catch {
                continue
            }
            records.append(record)
        }
        let result = BulkResult(changed: records.count, skipped: ids.count - records.count)
        let waiting = try await intake.redrive(records, charged: charged, beside: beside(result))
        return BulkResult(changed: waiting.count, skipped: ids.count - waiting.count)
    }

    /// Whether messages like these could be redriven now, as far as no single one decides.
    package func canRedrive(_ type: MessageType, of client: String, app: String) -> Bool {
        guard dispatcher.hasApp(app) else { return false }
        let sender = Caller(name: client)
        guard settings(of: sender).directory.client(sender) != nil else { return true }
        do throws(MessageRefusal) {
            try checkMayCall(type, body: [], caller: sender)
            return true
        } catch {
            return false
        }
    }

    /// The daily quotas of an app, by the apis' labels; none of one that is not configured.
    package func quotas(of app: String) -> [(api: String, quota: DispatchSnapshot.Quota)] {
        live.present.directory.app(app).map { dispatcher.quotas(of: $0.slot) } ?? []
    }

    /// Takes those of `ids` back that wait: returns when the journal has it.
    package func cancel(_ ids: [JobID], caller: Caller) async throws(MessageRefusal) -> BulkResult {
        // The journal keeps such facts until it can write them: the caller would wait as long.
        if let failure = journal.status().failure { throw MessageRefusal(failure, while: .changing) }
        let line = CancelLine(count: ids.count)
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            line.wait { waiter.resume() }
            for id in ids {
                dispatcher.cancel(id, because: caller.cancelling) { line.ended(hasChanged: (try? $0.get()) ?? false) }
            }
        }
        let (changed, skipped) = line.result
        return BulkResult(changed: changed, skipped: skipped)
    }
}

/// Counts the answers to several cancels, and tells of the last.
private final class CancelLine: Sendable {
    private struct State {
        var left: Int
        var changed = 0
        var skipped = 0
        var tell: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>

    init(count: Int) {
        state = Mutex(State(left: count))
    }

    var result: (changed: Int, skipped: Int) { state.withLock { ($0.changed, $0.skipped) } }

    func wait(_ tell: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            state.tell = tell
            return state.left == 0
        }
        if isOver { tell() }
    }

    func ended(hasChanged: Bool) {
        let tell = state.withLock { state in
            state.left -= 1
            if hasChanged { state.changed += 1 } else { state.skipped += 1 }
            return state.left == 0 ? state.tell.take() : nil
        }
        tell?()
    }
}
