internal import HummingbirdCore
internal import Logging
internal import Synchronization

/// Counts a listener's connections and lets no more than the maximum in: the others wait in the kernel's backlog.
///
/// It says so once, and once when there is room again: a tenth of the maximum must be free for that, as otherwise each
/// connection at the limit would make two lines.
final class ConnectionGate: AvailableConnectionsDelegate {
    private struct State {
        var count = 0
        var isFull = false
    }

    private let name: String
    private let maximum: Int
    private let logger: Logger
    private let state = Mutex(State())

    init(name: String, maximum: Int, logger: Logger) {
        self.name = name
        self.maximum = max(1, maximum)
        self.logger = logger
    }

    func connectionOpened() {
        let becomesFull = state.withLock { state in
            state.count += 1
            guard !state.isFull, state.count >= maximum else { return false }
            state.isFull = true
            return true
        }
        guard becomesFull else { return }
        logger.warning(
            "all connections are in use: new ones wait until others end",
            metadata: ["listener": "\(name)", "connections": "\(maximum)"]
        )
    }

    func connectionClosed() {
        let hasRoom = state.withLock { state in
            state.count -= 1
            guard state.isFull, state.count < maximum - maximum / 10 else { return false }
            state.isFull = false
            return true
        }
        if hasRoom { logger.notice("there is room for new connections again", metadata: ["listener": "\(name)"]) }
    }

    func isAcceptingNewConnections() -> Bool {
        state.withLock { $0.count < maximum }
    }
}
