import Timekeeping
import WeChat
package import WeirPorts

/// What clients and operators ask and change.
extension SuppressionBook {
    /// A page of what is in force, newest first.
    package func list(
        apps: [String]?,
        recipient: String?,
        before: Int64?,
        limit: Int
    ) async throws(JournalError) -> SuppressionPage {
        let filter = SuppressionFilter(
            apps: apps,
            recipient: recipient,
            now: time.timestamp(),
            before: before,
            limit: limit
        )
        return try await journal.suppressions(filter)
    }

    /// Ends all of a recipient's; returns when that is on disk.
    ///
    /// - Returns: What ended.
    package func lift(app: String, recipient: String) async throws(JournalError) -> [Suppression] {
        let receipt = try await append([.lift(app: app, recipient: recipient, .all)])
        return receipt.suppressions.compactMap { news in
            if case .ended(let suppression) = news { suppression } else { nil }
        }
    }
}
