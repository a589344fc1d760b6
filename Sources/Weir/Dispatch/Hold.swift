import Queueing
import Timekeeping

/// A closed gate that lets one piece of work through once a minute, to see whether an operator has acted.
struct Hold: Equatable, Sendable {
    /// How often WeChat is asked again: it locks out callers that insist (89506, 89507).
    static let interval = Duration.seconds(60)

    /// For people, such as `api unauthorized (48001)`.
    var cause: String
    private(set) var until: Timestamp
    private(set) var probe: JobID?

    /// How long after a token was rejected twice: the keeper may have a better one soon.
    static let tokenInterval = Duration.seconds(5)

    init(cause: String, at now: Timestamp, for interval: Duration = Hold.interval) {
        self.cause = cause
        until = now + interval
    }

    /// Whether work must wait.
    func blocks(at now: Timestamp) -> Bool {
        now < until || probe != nil
    }

    /// `id` goes out as the probe.
    mutating func send(_ id: JobID) {
        probe = id
    }

    /// The probe came back without saying anything about the account: the next one waits its time, as WeChat locks out those who insist.
    mutating func probeFailed(at now: Timestamp) {
        probe = nil
        until = max(until, now + Hold.interval)
    }

    /// The probe never left: another may go at once. Nothing changes where `id` is no probe.
    mutating func withdraw(_ id: JobID) {
        if probe == id { probe = nil }
    }
}
