public import Timekeeping

/// Keeps one account's access token: fetches it once for all, renews it early, and believes a rejection only as far as
/// the rejected value is the one it holds.
///
/// The rules are those of WeChat's `stable_token`: a call returns the current token, and in its last 300 seconds the
/// next one, while both work. It never forces a refresh, which would kill the token for whoever else holds it.
///
/// A ticket of `/cgi-bin/ticket/getticket` is kept by the same machine: what is fetched by it is a fetch all the same.
public struct AccessTokenMachine: Equatable, Sendable {
    private enum Trust: Equatable {
        case good
        /// A call was rejected with the current token, and no answer has come since.
        case suspected
        /// An answer after the rejection brought the same token.
        case confirmed(at: Instant)
    }

    private let policy: AccessTokenPolicy
    /// The newest token, also when it has expired.
    public private(set) var current: AccessToken?
    /// The one before, while it still works.
    private var reserve: AccessToken?
    private var trust = Trust.good
    private var inFlight: TokenFetch?
    private var fetches: UInt64 = 0
    private var nextFetch: Instant
    /// Failed fetches in a row.
    private var failures = 0
    /// Confirmations of a rejected token in a row.
    private var confirmations = 0
    /// Fetches in a row that a call's rejection asked for although others were accepted, and that brought nothing new.
    private var fruitless = 0
    /// Before this time no such rejection asks for another.
    private var nextDoubt = Instant.zero
    private var isDoubtful = false

    /// What keeps WeChat from giving a token.
    public private(set) var fault: TokenFault?
    /// How often a token was replaced long before its end: by somebody's forced refresh or a reset of the secret.
    public private(set) var supersededCount = 0
    /// How often WeChat rejected a token and then called it the current one.
    public private(set) var confirmedCount = 0

    /// Starts without a token; the first fetch is due at once.
    public init(_ policy: AccessTokenPolicy = AccessTokenPolicy(), at now: Instant) {
        self.policy = policy
        nextFetch = now
    }

    /// When ``due(at:)`` has to be asked next. Ask also after ``rejected(value:at:)`` and ``retryNow(at:)``.
    public var nextWake: Instant? {
        inFlight.map { $0.startedAt + policy.lost } ?? nextFetch
    }

    /// Whether a fetch is under way.
    public var isFetching: Bool {
        inFlight != nil
    }

    // MARK: Calls

    /// The token for a call.
    public func need(at now: Instant) -> TokenNeed {
        if let token = usable(at: now) { return .token(token) }
        return fault.map { .fault($0) } ?? .wait
    }

    /// WeChat rejected a token (40001, 40014, 42001).
    ///
    /// The current token comes under suspicion only if it is the one that was rejected, and one fetch then answers for
    /// all calls that were rejected with it.
    ///
    /// - Parameter isProven: whether others' calls are accepted with it. Then it stays in use while WeChat is asked, and
    ///   WeChat is asked ever less often while that brings nothing new: the rejection may be about one call's content.
    public mutating func rejected(value: String, isProven: Bool = false, at now: Instant) -> RejectionAction {
        if isProven {
            if current?.value == value { doubt(at: now) }
            return retry(afterRejected: value, at: now)
        }
        if reserve?.value == value { reserve = nil }
        if current?.value == value {
            switch trust {
            case .good: suspect(at: now)
            case .confirmed(let time) where now >= time + rejectionPause: suspect(at: now)
            case .confirmed, .suspected: break
            }
        }
        return retry(afterRejected: value, at: now)
    }

    /// What a call that was rejected with `value` does now. Changes nothing: it is for those that waited for a fetch.
    public func retry(afterRejected value: String, at now: Instant) -> RejectionAction {
        guard let token = usable(at: now) else {
            return fault.map { .fault($0) } ?? .refreshing
        }
        return token.value == value ? .sameToken(token, retryAfter: policy.sameTokenPause) : .useCurrent(token)
    }

    /// The best token there is, nil when it is better to wait.
    private func usable(at now: Instant) -> AccessToken? {
        let reserve = reserve.flatMap { now < $0.expiresAt ? $0 : nil }
        guard let current, now < current.expiresAt else { return reserve }
        guard trust == .suspected else { return current }
        if let reserve { return reserve }
        // The secret was reset, perhaps: both the token and the credentials are refused.
        if fault != nil { return nil }
        // One rejection proves little. Where WeChat can't be asked, a doubtful token is better than none.
        return failures > 0 ? current : nil
    }

    /// The token that works as far as is known: none that WeChat has refused, until an answer after that brings it again.
    public func trusted(at now: Instant) -> AccessToken? {
        if let current, trust != .suspected, now < current.expiresAt { return current }
        return reserve.flatMap { now < $0.expiresAt ? $0 : nil }
    }

    private mutating func suspect(at now: Instant) {
        if case .confirmed(let time) = trust, now >= time + policy.rejectionMemory { confirmations = 0 }
        trust = .suspected
        if fault == nil, failures == 0 { nextFetch = min(nextFetch, now) }
    }

    private mutating func doubt(at now: Instant) {
        guard trust != .suspected, fault == nil, failures == 0 else { return }
        isDoubtful = true
        nextFetch = min(nextFetch, max(now, nextDoubt))
    }

    private var rejectionPause: Duration {
        doubled(policy.rejectionPause, times: confirmations - 1, max: policy.rejectionPauseMax)
    }

    // MARK: Fetches

    /// Begins a fetch if it is time for one and none is under way.
    public mutating func due(at now: Instant) -> TokenAction? {
        if let lost = inFlight {
            guard now >= lost.startedAt + policy.lost else { return nil }
            inFlight = nil
            failures += 1
            nextFetch = now
        }
        guard now >= nextFetch else { return nil }
        fetches += 1
        let fetch = TokenFetch(number: fetches, startedAt: now)
        inFlight = fetch
        return .fetch(fetch)
    }

    /// A fetch brought a token.
    ///
    /// - Parameter expiresIn: What is left of its life; more than ``AccessTokenPolicy/longestLife`` is not believed.
    public mutating func fetched(
        _ fetch: TokenFetch,
        value: String,
        expiresIn: Duration,
        at now: Instant
    ) -> TokenUpdate {
        guard inFlight == fetch else { return .ignored }
        inFlight = nil
        guard !value.isEmpty, expiresIn > .zero else {
            failures += 1
            nextFetch = now + policy.backoffMax
            return .ignored
        }
        failures = 0
        fault = nil
        let token = AccessToken(
            value: value,
            issuedAt: fetch.startedAt,
            expiresAt: fetch.startedAt + min(expiresIn, policy.longestLife)
        )
        let update = adopt(token, at: now)
        planRenewal(at: now)
        return update
    }

    private mutating func adopt(_ token: AccessToken, at now: Instant) -> TokenUpdate {
        guard let old = current, old.value != token.value else { return readopt(token, at: now) }
        // An answer that is behind: the token before the current one, which works.
        if token.value == reserve?.value, trust != .suspected { return .unchanged(old) }
        let left = old.expiresAt - now
        let isEarly = policy.tellsOfRivals && left > policy.renewal + policy.poll
        reserve = trust == .good && !isEarly && left > .zero ? old : nil
        current = token
        trust = .good
        confirmations = 0
        (fruitless, isDoubtful, nextDoubt) = (0, false, now)
        if isEarly { supersededCount += 1 }
        return isEarly ? .superseded(token) : .renewed(token)
    }

    /// The first token, or the same one again.
    private mutating func readopt(_ token: AccessToken, at now: Instant) -> TokenUpdate {
        guard let old = current else {
            current = token
            return .renewed(token)
        }
        let known = AccessToken(value: old.value, issuedAt: old.issuedAt, expiresAt: token.expiresAt)
        current = known
        if isDoubtful {
            (fruitless, isDoubtful) = (min(fruitless + 1, 20), false)
            nextDoubt = now + doubled(policy.rejectionPause, times: fruitless - 1, max: policy.rejectionPauseMax)
        }
        guard trust == .suspected else { return .unchanged(known) }
        trust = .confirmed(at: now)
        confirmations += 1
        confirmedCount += 1
        return .confirmed(known)
    }

    private mutating func planRenewal(at now: Instant) {
        guard let current else { return }
        let start = current.expiresAt - policy.renewal
        // In the last minutes more often, lest the last poll miss the end.
        let half = (current.expiresAt - now) / 2
        nextFetch = now < start ? start : now + min(policy.poll, max(half, .seconds(1)))
    }

    /// A fetch failed. The old token is kept to the end of its life.
    public mutating func failed(
        _ fetch: TokenFetch,
        _ failure: TokenFailure,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) -> TokenSetback {
        guard inFlight == fetch else { return .ignored }
        inFlight = nil
        if case .fault(let errcode, let detail) = failure {
            return meet(errcode, detail, at: now)
        }
        failures += 1
        let backoff = jittered(
            doubled(policy.backoff, times: failures - 1, max: policy.backoffMax),
            using: &generator
        )
        let pause =
            switch failure {
            case .throttled: policy.throttleProbe + backoff
            case .quotaExhausted: policy.quotaProbe + backoff
            case .transient, .fault: fault == nil ? backoff : policy.faultProbe
            }
        nextFetch = now + pause
        return fault.map { .stillFaulted($0) } ?? .retrying
    }

    private mutating func meet(_ errcode: Int, _ detail: String, at now: Instant) -> TokenSetback {
        let isKnown = fault?.errcode == errcode
        let met = TokenFault(errcode: errcode, detail: detail, since: isKnown ? fault?.since ?? now : now)
        fault = met
        failures = 0
        let asksAdmin = (89500..<89600).contains(errcode)
        nextFetch = now + (asksAdmin ? policy.confirmationProbe : policy.faultProbe)
        return isKnown ? .stillFaulted(met) : .faulted(met)
    }

    /// The configuration changed, or an operator says that the fault is mended: fetches at once. An answer to a fetch
    /// that was begun with the old secret will not count.
    public mutating func retryNow(at now: Instant) {
        fault = nil
        failures = 0
        inFlight = nil
        nextFetch = now
    }

    // MARK: Delays

    private func doubled(_ base: Duration, times: Int, max: Duration) -> Duration {
        let factor: Int64 = 1 << Int64(min(Swift.max(times, 0), 20))
        let (product, overflow) = base.inNanoseconds.multipliedReportingOverflow(by: factor)
        return overflow ? max : min(.nanoseconds(product), max)
    }

    /// Between half of the delay and all of it.
    private func jittered(_ delay: Duration, using generator: inout some RandomNumberGenerator) -> Duration {
        let half = Swift.max(0, delay.inNanoseconds / 2)
        return .nanoseconds(half + Int64.random(in: 0...half, using: &generator))
    }
}
