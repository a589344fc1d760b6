import Synchronization

/// Something of which there is only so much, and which many clients draw from: none of them gets the last of it.
///
/// A client may hold no more than it leaves free for the others: of eight places the first to come gets four, the next two, and there is
/// one for the fourth.
package final class SharedPool: Sendable {
    private struct State {
        var taken = 0
        var held: [String: Int] = [:]
    }

    package let size: Int
    private let state = Mutex(State())

    /// What all of them hold now.
    package var taken: Int { state.withLock { $0.taken } }

    package init(size: Int) {
        self.size = size
    }

    /// Whether the client has got `amount`. Each success is followed by one ``giveBack(_:of:)``.
    ///
    /// - Parameter isAlone: nobody else may come; then all of it is this client's.
    package func take(_ amount: Int = 1, for client: String, isAlone: Bool = false) -> Bool {
        state.withLock { state in
            let free = size - state.taken
            let held = state.held[client, default: 0]
            guard amount <= free, isAlone || amount <= free - held else { return false }
            state.taken += amount
            state.held[client] = held + amount
            return true
        }
    }

    package func giveBack(_ amount: Int = 1, of client: String) {
        state.withLock { state in
            state.taken -= amount
            let left = state.held[client, default: 0] - amount
            state.held[client] = left > 0 ? left : nil
        }
    }
}
