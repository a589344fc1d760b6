package import Clients
package import Intake
import Queueing
import Suppressing
import Timekeeping
import WeChat
package import WeirPorts

extension MessageService {
    /// A message that WeChat would not take is refused at once, and costs no call.
    ///
    /// - Throws: `suppressed`.
    func checkRecipient(_ draft: MessageDraft, app: String) throws(MessageRefusal) {
        guard !suppressions.isClear(app: app) else { return }
        let now = time.timestamp()
        // One that goes later may go when it is over.
        let first = max(now, draft.notBefore ?? now)
        guard let why = suppressions.find(app: app, draft.type, draft.body, at: first) else { return }
        suppressions.refused(why, app: app)
        throw MessageRefusal(why)
    }

    /// A page of the suppressions of the apps that the caller may use, newest first.
    package func suppressions(
        app: String?,
        recipient: String?,
        before: Int64?,
        limit: Int,
        caller: Caller
    ) async throws(MessageRefusal) -> SuppressionPage {
        let directory = settings(of: caller).directory
        var apps: [String]?
        if let app {
            apps = [try usable(app, caller: caller)]
        } else if !caller.isOperator {
            apps = directory.apps(of: caller)
        }
        do throws(JournalError) {
            return try await suppressions.list(apps: apps, recipient: recipient, before: before, limit: limit)
        } catch {
            throw MessageRefusal(error, while: .reading)
        }
    }

    /// Ends all suppressions of a recipient: returns what they were, when that is on disk.
    package func lift(
        app: String,
        recipient: String,
        caller: Caller
    ) async throws(MessageRefusal) -> [Suppression] {
        let name = try usable(app, caller: caller)
        do throws(JournalError) { return try await suppressions.lift(app: name, recipient: recipient) } catch {
            throw MessageRefusal(error, while: .changing)
        }
    }

    /// The name of an app that the caller may use.
    private func usable(_ app: String, caller: Caller) throws(MessageRefusal) -> String {
        let directory = settings(of: caller).directory
        guard let found = directory.app(app) else {
            throw MessageRefusal(.notFound, "there is no such app", field: "app")
        }
        guard caller.isOperator || directory.allows(caller, app: found) else {
            throw MessageRefusal(.forbidden, "this client may not use that app", field: "app")
        }
        return found.name
    }
}
