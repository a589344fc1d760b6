import Synchronization
import Timekeeping
import WeChat
import WeirPorts

/// Questions to preferred hosts that calls have left. They go past the queue: they are about a host, and no app's.
extension Dispatcher {
    /// Hosts that are asked in one look.
    static let hostQuestionsAtOnce = 10
    /// How long a question may take.
    private static let hostPatience = Duration.milliseconds(4500)
    private static let hostAPI = APICatalog.descriptor(method: "GET", path: DispatchMachine.probePath)

    /// Asks the hosts whose time has come whether they are well again. To be called each second.
    package func askHosts() {
        let (hosts, connectTimeout) = update { state, now in
            let hosts = state.machine.lookAfterHosts(limit: Dispatcher.hostQuestionsAtOnce, at: now)
            return (hosts, state.settings.connectTimeout)
        }
        for host in hosts { ask(host, connectTimeout) }
    }

    /// Without a token: that one is missing is an answer, too, and says that WeChat is there.
    private func ask(_ host: String, _ connectTimeout: Duration) {
        let request = UpstreamRequest(
            method: "GET",
            origin: host,
            target: DispatchMachine.probePath,
            timeout: Dispatcher.hostPatience,
            connectTimeout: connectTimeout,
            replyLimit: 1 << 16
        )
        transport.send(request) { [weak self] result in
            let answer = ReplyClassifier()
                .classify(result, api: Dispatcher.hostAPI, method: "GET", isCallersShape: false)
            let isWell = answer.errcode != nil && answer.breaker != .failure
            self?.update { state, now in state.machine.answered(host: host, isWell: isWell, at: now) }
        }
    }
}
