import Foundation
import Synchronization

/// A WeChat of a test's own making: what it does with a path is a function of the request. What no script names is answered with
/// success, and `stable_token` with a token that counts its fetches. A thread a connection.
final class ScriptedUpstream: Sendable {
    typealias Script = @Sendable (ScriptedRequest) -> ScriptedReply

    static let stableToken = "/cgi-bin/stable_token"
    /// For tokens, and what of a daily quota is used.
    private static let ownPaths: Set<String> = [stableToken, "/cgi-bin/openapi/quota/get"]

    private let listener: ListeningSocket
    private let desk = ScriptedDesk()
    var port: Int { listener.port }

    convenience init() throws {
        self.init(try ListeningSocket())
    }

    init(_ listener: ListeningSocket) {
        self.listener = listener
        desk.script(ScriptedUpstream.stableToken) { ScriptedUpstream.token("REAL-token_\($0.number)") }
        Thread.detachNewThread { [listener, desk] in
            while let socket = listener.next() {
                let connection = ScriptedConnection(socket: socket, desk: desk)
                Thread.detachNewThread { connection.run() }
            }
        }
    }

    deinit {
        listener.stop()
        desk.endAll()
    }

    /// What `stable_token` says with a token.
    static func token(_ value: String, life: String = "7200") -> ScriptedReply {
        .json("{\"access_token\":\"\(value)\",\"expires_in\":\(life)}")
    }

    /// From now on requests of this path are answered so.
    func on(_ path: String, _ script: @escaping Script) {
        desk.script(path, script)
    }

    /// The requests whose last byte came, oldest first: those of a path, or all that Weir doesn't make for itself.
    func requests(_ path: String? = nil) -> [ScriptedRequest] {
        desk.seen { path == nil ? !ScriptedUpstream.ownPaths.contains($0.path) : $0.path == path }
    }

    func count(_ path: String? = nil) -> Int {
        requests(path).count
    }

    /// The connections that were ever made to it.
    var connections: Int { desk.numbers.connections }
    /// Hanging requests whose caller has given up.
    var abandoned: Int { desk.numbers.abandoned }
    /// Bytes of bodies that have arrived, of requests that are not complete, too.
    var bodyBytes: Int { desk.numbers.bodyBytes }
}
