import Crypto
import Foundation
import Synchronization
package import Timekeeping
package import WeirPorts

/// Keeps what operators did, in the journal. Of a person it keeps a hash, by a key that is made once and stays in the journal.
package final class AuditTrail: Sendable {
    private struct State {
        var key: [UInt8]?
        /// Rows that the journal has not answered yet.
        var waiting = 0
        var refusals = RefusalBound()
    }

    /// The status of what the role of a key does not reach.
    private static let refused = 403

    /// Rows that may wait for a disk that takes nothing; what comes then is in the log alone.
    package static let mostWaiting = 1_000
    private static let keyName = "audit/key"
    private static let keyBytes = 32

    private let journal: any Journal
    private let observer: any OperationObserver
    private let time: any TimeSource
    private let makeKey: @Sendable () -> [UInt8]
    private let state = Mutex(State())

    /// - Parameter makeKey: draws 32 bytes by chance.
    package init(
        journal: any Journal,
        observer: any OperationObserver,
        time: any TimeSource,
        makeKey: @escaping @Sendable () -> [UInt8] = AuditTrail.chance
    ) {
        self.journal = journal
        self.observer = observer
        self.time = time
        self.makeKey = makeKey
    }

    /// What an earlier process left.
    ///
    /// - Returns: The entries that are of something else.
    package func takeBack(_ entries: [LedgerEntry]) -> [LedgerEntry] {
        let own = entries.first { $0.name == AuditTrail.keyName }
        if let own { state.withLock { $0.key = own.value } }
        return entries.filter { $0.name != AuditTrail.keyName }
    }

    /// What stands for a person in the trail: 32 hexadecimal digits, the same as long as the journal is.
    package func mark(_ person: Person) -> String {
        let key = SymmetricKey(data: key())
        let text = Data("\(person.app)\n\(person.recipient)".utf8)
        let digest = HMAC<SHA256>.authenticationCode(for: text, using: key)
        return digest.prefix(16).map { byte in
            let digits = Array("0123456789abcdef")
            return String([digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }.joined()
    }

    /// The key; where there is none yet it is made, and is written before any row that needs it.
    private func key() -> [UInt8] {
        let (key, isNew) = state.withLock { state in
            if let key = state.key { return (key, false) }
            let key = makeKey()
            state.key = key
            return (key, true)
        }
        guard isNew, let entry = LedgerEntry(name: AuditTrail.keyName, value: key, at: time.timestamp()) else {
            return key
        }
        journal.append([.remember(entry)]) { [self] result in
            // The next that asks makes another: nothing that was hashed by this one is kept for sure.
            if case .failure = result { state.withLock { $0.key = nil } }
        }
        return key
    }

    /// Adds a row: returns when it is on disk, or at once where nothing can be written, and then it is written as soon as that is possible.
    /// Of refusals there are few rows: the others are counted.
    package func add(_ entry: AuditEntry) async {
        if entry.status == AuditTrail.refused {
            let now = time.now()
            guard state.withLock({ $0.refusals.admits(entry.who, entry.action, at: now) }) else {
                return observer.audited(.refused)
            }
        }
        let hasRoom = state.withLock { state in
            guard state.waiting < AuditTrail.mostWaiting else { return false }
            state.waiting += 1
            return true
        }
        guard hasRoom else { return observer.audited(.lost) }
        let isBroken = journal.status().failure != nil
        await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
            journal.append([.audit(entry)]) { [self] result in
                state.withLock { $0.waiting -= 1 }
                observer.audited((try? result.get()) != nil ? .kept : .lost)
                if !isBroken { waiter.resume() }
            }
            if isBroken { waiter.resume() }
        }
    }

    /// A page of it, newest first.
    package func page(_ filter: AuditFilter) async throws(JournalError) -> AuditPage {
        try await journal.audit(filter)
    }

    package static let chance: @Sendable () -> [UInt8] = {
        var generator = SystemRandomNumberGenerator()
        return (0..<keyBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
