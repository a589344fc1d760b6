import Synchronization
import Timekeeping

/// The journal's answer to a count, or the end of the patience with it: whoever comes first is heard, once.
final class ChargeRace: Sendable {
    typealias Answer = Result<Bool, BudgetRefusal>

    private struct State {
        var tell: (@Sendable (Answer) -> Void)?
        var alarm: WakeTimer?
    }

    private let state: Mutex<State>

    init(_ tell: @escaping @Sendable (Answer) -> Void) {
        state = Mutex(State(tell: tell))
    }

    func end(_ answer: Answer) {
        let (tell, alarm) = state.withLock { state in (state.tell.take(), state.alarm.take()) }
        alarm?.stop()
        tell?(answer)
    }

    /// Where nobody has answered yet, the count holds at `deadline` as it is.
    func end(at deadline: Instant, of time: any TimeSource) {
        let alarm = state.withLock { state -> WakeTimer? in
            guard state.tell != nil else { return nil }
            state.alarm = WakeTimer(time: time) { [self] in end(.success(true)) }
            return state.alarm
        }
        alarm?.arm(at: deadline)
    }
}
