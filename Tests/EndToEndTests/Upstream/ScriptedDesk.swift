import Synchronization

/// What a scripted upstream's connections share: the scripts, and what has been seen.
final class ScriptedDesk: Sendable {
    struct Numbers: Sendable {
        var connections = 0
        var abandoned = 0
        var bodyBytes = 0
    }

    private struct State {
        var scripts: [String: ScriptedUpstream.Script] = [:]
        var seen: [ScriptedRequest] = []
        var counts: [String: Int] = [:]
        var numbers = Numbers()
        var open: [ObjectIdentifier: ScriptedConnection] = [:]
        var isOver = false
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    func script(_ path: String, _ script: @escaping ScriptedUpstream.Script) {
        state.withLock { $0.scripts[path] = script }
    }

    /// Writes a request down and says what is to be done.
    func take(_ request: ScriptedRequest) -> ScriptedReply {
        var request = request
        request.at = ContinuousClock.now - start
        let script = state.withLock { state in
            state.counts[request.path, default: 0] += 1
            request.number = state.counts[request.path, default: 0]
            state.seen.append(request)
            return state.scripts[request.path]
        }
        return script?(request) ?? .ok()
    }

    func seen(_ isMeant: (ScriptedRequest) -> Bool) -> [ScriptedRequest] {
        state.withLock { $0.seen }.filter(isMeant)
    }

    var numbers: Numbers {
        state.withLock { $0.numbers }
    }

    func arrived(_ bytes: Int) {
        state.withLock { $0.numbers.bodyBytes += bytes }
    }

    func abandoned() {
        state.withLock { $0.numbers.abandoned += 1 }
    }

    /// - Returns: false when the upstream is gone.
    func opened(_ connection: ScriptedConnection) -> Bool {
        state.withLock { state in
            state.numbers.connections += 1
            state.open[ObjectIdentifier(connection)] = connection
            return !state.isOver
        }
    }

    func closed(_ connection: ScriptedConnection) {
        state.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    func endAll() {
        let open = state.withLock { state in
            state.isOver = true
            return state.open.values.map { $0 }
        }
        for connection in open { connection.end() }
    }
}
