import Timekeeping

/// When a preferred host that calls have left is asked whether it is well again.
///
/// It is asked soon, and then ever less often. Where it answers questions but fails the calls that returned to it, the pauses go on
/// growing, so that ever fewer calls find that out.
struct HostCheck: Equatable, Sendable {
    static let firstPause = Duration.seconds(5)
    /// Between two questions to a host that does not answer.
    static let usualPause = Duration.seconds(60)
    /// Between two returns to a host that fails again each time.
    static let longestPause = Duration.seconds(300)
    /// A host that is left later than this after a return is left as if for the first time.
    static let memory = Duration.seconds(600)

    private var askAt: Instant
    private var pause = HostCheck.firstPause
    private var isAsking = false
    private var returnedAt: Instant?

    /// Calls leave the host.
    init(at now: Instant) { askAt = now + HostCheck.firstPause }

    /// Whether calls that prefer the host go elsewhere.
    var isLeft: Bool { returnedAt == nil }

    /// Whether nothing of it needs to be remembered.
    func isOver(at now: Instant) -> Bool { returnedAt.map { now >= $0 + HostCheck.memory } ?? false }

    /// Calls leave the host, perhaps again.
    ///
    /// - Parameter isRelapse: whether they had returned to it a short while ago.
    mutating func left(isRelapse: Bool, at now: Instant) {
        guard !isLeft else { return }
        pause = isRelapse ? min(pause * 2, HostCheck.longestPause) : HostCheck.firstPause
        askAt = now + pause
        returnedAt = nil
    }

    /// Its answer is too old to go by.
    mutating func forgetAnswer(at now: Instant) {
        if isOver(at: now) { self = HostCheck(at: now) }
    }

    /// Whether it is to be asked now. Then it waits for the answer.
    mutating func takeQuestion(at now: Instant) -> Bool {
        guard isLeft, !isAsking, now >= askAt else { return false }
        isAsking = true
        return true
    }

    /// The answer is there, or there is none.
    mutating func answered(isWell: Bool, at now: Instant) {
        isAsking = false
        guard isLeft else { return }
        if isWell { return returnedAt = now }
        pause = max(pause, min(pause * 2, HostCheck.usualPause))
        askAt = now + pause
    }
}
