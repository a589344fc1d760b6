import Synchronization

/// Lets one request at a time through for an idempotency key: a concurrent second waits, and then finds what the first one stored.
final class IdempotencyGate: Sendable {
    private let waiting = Mutex<[IdempotencyKey: [CheckedContinuation<Void, Never>]]>([:])

    /// Returns once no other request holds the key; the caller holds it from then on, until `leave`.
    func enter(_ key: IdempotencyKey) async {
        while true {
            let isFree = waiting.withLock { waiting in
                guard waiting[key] == nil else { return false }
                waiting[key] = []
                return true
            }
            if isFree { return }
            await withCheckedContinuation { continuation in
                let isGone = waiting.withLock { waiting in
                    guard waiting[key] != nil else { return true }
                    waiting[key]?.append(continuation)
                    return false
                }
                if isGone { continuation.resume() }
            }
        }
    }

    func leave(_ key: IdempotencyKey) {
        let next = waiting.withLock { $0.removeValue(forKey: key) ?? [] }
        for continuation in next { continuation.resume() }
    }
}
