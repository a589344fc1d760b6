import Foundation
import Synchronization

/// Messages that several connections hand over, and what became of each: a message whose answer did not come is never handed over
/// again; the next one is a new one.
final class Traffic: Sendable {
    struct Tally: Sendable {
        /// Answered 202: id by openid.
        var accepted: [String: String] = [:]
        /// Answered otherwise: not accepted. The statuses, with how often.
        var refused: [Int: Int] = [:]
        /// Sent, and then the connection was gone.
        var unsure: Set<String> = []
        var next = 0
    }

    private struct State {
        var tally = Tally()
        /// Where the gateway is now.
        var port: Int
        var limit: Int
    }

    private final class Box: Sendable {
        let state: Mutex<State>

        init(_ state: State) {
            self.state = Mutex(state)
        }
    }

    private let box: Box
    private let crowd: Crowd

    /// - Parameters:
    ///   - type: `template` or `custom`.
    ///   - prefix: of the openids, so that each phone gets one message.
    ///   - members: further ones of each message, each with its comma in front.
    ///   - limit: stops handing over when so many were accepted.
    init(to port: Int, type: String, prefix: String, connections: Int, members: String = "", limit: Int = .max) {
        let box = Box(State(port: port, limit: limit))
        self.box = box
        crowd = Crowd(connections) { Traffic.step(box, type, prefix, members, &$0) }
    }

    var tally: Tally {
        box.state.withLock { $0.tally }
    }

    /// The gateway has been started again elsewhere.
    func move(to port: Int) {
        box.state.withLock { $0.port = port }
    }

    /// Waits until so many have been accepted.
    func accepted(_ count: Int) async throws {
        try await eventually("\(count) messages accepted") { tally.accepted.count >= count }
    }

    func stop() async throws {
        try await crowd.stop()
    }

    private static func step(
        _ box: Box,
        _ type: String,
        _ prefix: String,
        _ members: String,
        _ connection: inout HTTPConnection?
    ) {
        let turn = box.state.withLock { state -> (port: Int, openID: String)? in
            guard state.tally.accepted.count < state.limit else { return nil }
            state.tally.next += 1
            return (state.port, "\(prefix)-\(state.tally.next)")
        }
        guard let turn else { return Thread.sleep(forTimeInterval: 0.01) }
        var message = type == "custom" ? Message.custom(to: turn.openID) : Message.template(to: turn.openID)
        message.members = members
        do {
            let open = try connection ?? HTTPConnection(port: turn.port)
            connection = open
            let json = [(name: "Content-Type", value: "application/json")]
            let answer = try open.call("POST", "/v1/messages", headers: json, body: Array(message.json.utf8))
            let id = answer.status == 202 ? answer.json?["data"]?["id"]?.string : nil
            box.state.withLock { state in
                if let id {
                    state.tally.accepted[turn.openID] = id
                } else {
                    state.tally.refused[answer.status, default: 0] += 1
                }
            }
        } catch SocketError.refused {
            // Nobody is there for the moment.
            connection = nil
            Thread.sleep(forTimeInterval: 0.01)
        } catch {
            connection = nil
            _ = box.state.withLock { $0.tally.unsure.insert(turn.openID) }
        }
    }
}
