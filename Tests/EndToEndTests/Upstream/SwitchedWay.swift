import Foundation
import Synchronization

/// A second way to an upstream, which can be cut: what goes in still arrives, and nothing comes back.
final class SwitchedWay: Sendable {
    /// A connection and what it goes on to.
    private final class Pair: @unchecked Sendable {
        // Each direction has a thread of its own; `end` from elsewhere is a system call on each socket.
        let (near, far): (Socket, Socket)

        init(_ near: Socket, _ far: Socket) { (self.near, self.far) = (near, far) }

        func end() {
            near.endBoth()
            far.endBoth()
        }
    }

    private struct State {
        var isCut = false
        var answers = 0
        var pairs: [Pair] = []
    }

    private let listener: ListeningSocket
    private let state = Mutex(State())
    var port: Int { listener.port }

    init(to upstream: Int) throws {
        listener = try ListeningSocket()
        Thread.detachNewThread { [weak self, listener] in
            while let near = listener.next() {
                guard let far = try? Socket(port: upstream) else { continue }
                self?.carry(Pair(near, far))
            }
        }
    }

    deinit {
        listener.stop()
        for pair in state.withLock({ $0.pairs }) { pair.end() }
    }

    /// Pieces of answers that went back.
    var answers: Int { state.withLock { $0.answers } }

    /// From now on nothing comes back.
    func cut() { state.withLock { $0.isCut = true } }

    /// Connections that were cut end, new ones are whole.
    func mend() {
        let pairs = state.withLock { state in
            defer { (state.isCut, state.pairs) = (false, []) }
            return state.pairs
        }
        for pair in pairs { pair.end() }
    }

    private func carry(_ pair: Pair) {
        state.withLock { $0.pairs.append(pair) }
        Thread.detachNewThread { SwitchedWay.carry(pair.near, pair.far) { true } }
        Thread.detachNewThread { [weak self] in SwitchedWay.carry(pair.far, pair.near) { self?.letsBack() ?? false } }
    }

    private func letsBack() -> Bool {
        state.withLock { state in
            if !state.isCut { state.answers += 1 }
            return !state.isCut
        }
    }

    private static func carry(_ from: Socket, _ to: Socket, _ mayPass: () -> Bool) {
        while let bytes = try? from.receive(), !bytes.isEmpty {
            if mayPass(), (try? to.send(bytes)) == nil { break }
        }
        to.endBoth()
    }
}
