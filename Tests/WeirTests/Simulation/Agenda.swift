import Timekeeping
import WeirTesting

/// What happens next, by itself, as far as it is known.
struct Agenda {
    /// Somebody outside does something.
    var outside: Instant?
    /// The disk is done with the oldest append.
    var commit: Instant?
    /// The gateway notices that the journal works again, or does not.
    var journalNews: Instant?
    var housekeeping: Instant?
    /// Events at the present instant so far.
    var eventsAtOnce = 0
}

/// A kind of event.
enum Event: Hashable {
    /// Somebody who sleeps on the clock is woken.
    case wake
    /// WeChat's answer comes.
    case answer
    case commit, journalNews, housekeeping, outside
}
