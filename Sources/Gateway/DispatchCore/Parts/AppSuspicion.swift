import Timekeeping

/// Decides whether what WeChat says about a token or an account is about the app, or about the content of one call.
///
/// A body can draw 40001 or 40013 (a menu with `access_token=` in a URL): then only its own call is refused. It is the app's when a
/// second, different call is refused too, and no call was accepted with the app's token meanwhile.
struct AppSuspicion: Equatable, Sendable {
    /// How long a refused call is remembered: longer than the longest pause before it is tried again.
    static let memory = Duration.seconds(600)
    /// For so long after an accepted call the app is taken to be in order.
    static let proof = Duration.seconds(10)

    private struct Refusal: Equatable {
        var fingerprint: UInt64
        var at: Instant
    }

    /// The first refused call, while no other one was.
    private var refusal: Refusal?
    private(set) var lastAccepted: Instant?

    /// A call that used the app's token was accepted: the token works, and so does the account.
    mutating func accepted(at now: Instant) {
        lastAccepted = now
        refusal = nil
    }

    /// Whether a call was accepted so recently that another's rejection says nothing about the token.
    func isProven(at now: Instant) -> Bool {
        lastAccepted.map { now - $0 < AppSuspicion.proof } ?? false
    }

    /// A call was refused.
    ///
    /// - Parameter fingerprint: equal for calls of equal content; `nil` when the refusal can't be about a call's content.
    /// - Returns: whether it is the app's.
    mutating func refused(_ fingerprint: UInt64?, at now: Instant) -> Bool {
        guard let fingerprint else { return true }
        guard !isProven(at: now) else { return false }
        if let refusal, now - refusal.at < AppSuspicion.memory {
            return refusal.fingerprint != fingerprint
        }
        refusal = Refusal(fingerprint: fingerprint, at: now)
        return false
    }
}
