import Synchronization

/// Template messages that several connections relay one after the other, and what came back.
final class RelayTraffic: Sendable {
    private struct State {
        var answers: [Int: Int] = [:]
        var next = 0
    }

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    private let box: Box
    private let crowd: Crowd

    init(to port: Int, token: String, connections: Int) {
        let box = Box()
        self.box = box
        crowd = Crowd(connections) { connection in
            let number = box.state.withLock { state in
                state.next += 1
                return state.next
            }
            var errcode = RelayTraffic.noAnswer
            do {
                let open = try connection ?? HTTPConnection(port: port)
                connection = open
                let body = Array(Message.templateBody(to: "o-relayed-\(number)").utf8)
                let answer = try open.call("POST", "/cgi-bin/message/template/send?access_token=\(token)", body: body)
                errcode = answer.json?["errcode"]?.int ?? RelayTraffic.noAnswer
            } catch {
                connection = nil
            }
            box.state.withLock { $0.answers[errcode, default: 0] += 1 }
        }
    }

    /// Stands for an answer without errcode, and for none at all.
    static let noAnswer = -999

    /// How often each errcode was answered.
    var answers: [Int: Int] {
        box.state.withLock { $0.answers }
    }

    func stop() async throws {
        try await crowd.stop()
    }
}
