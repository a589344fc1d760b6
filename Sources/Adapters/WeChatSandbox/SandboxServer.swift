internal import Foundation
internal import HTTPServing
internal import Synchronization

/// Turns HTTP requests into the machine's calls and its answers into HTTP.
final class SandboxServer: Sendable {
    static let largestBody = 21 * 1024 * 1024

    let hangs = Hangs()
    private let machine: Mutex<SandboxMachine>
    private let clock: @Sendable () -> Int64

    /// - Parameter clock: microseconds since 1970.
    init(_ configuration: SandboxConfiguration, seed: UInt64, clock: @escaping @Sendable () -> Int64) {
        machine = Mutex(SandboxMachine(configuration, seed: seed))
        self.clock = clock
    }

    func answer(_ request: IncomingRequest) async -> OutgoingReply {
        let now = clock()
        var call = APICall(method: request.method, path: String(request.path))
        call.query = APICall.parse(query: request.query)
        call.contentType = request.header("content-type")
        call.isChunked = request.header("transfer-encoding") != nil
        do throws(BodyError) {
            call.rawBody = try await request.body(upTo: Self.largestBody)
        } catch .tooLarge {
            return OutgoingReply(status: 413)
        } catch {
            return .noAnswer
        }
        call.bodyLength = call.rawBody.count
        if call.contentType?.lowercased().hasPrefix("multipart/") != true { call.json = JSON(call.rawBody) }
        if call.path.hasPrefix("/_sandbox") { return control(call, at: now) }
        let plan = machine.withLock { $0.take(call, at: now) }
        if plan.delayMilliseconds > 0 {
            await hangs.wait(milliseconds: plan.delayMilliseconds, for: request.connection)
        }
        return OutgoingReply(plan)
    }

    private func control(_ call: APICall, at now: Int64) -> OutgoingReply {
        let headers = [(name: "Content-Type", value: "application/json")]
        do throws(ControlProblem) {
            let body = try machine.withLock { (machine) throws(ControlProblem) in try machine.control(call, at: now) }
            if call.method == "DELETE", call.path == "/_sandbox" { hangs.endAll() }
            return OutgoingReply(status: 200, headers: headers, body: body)
        } catch {
            return OutgoingReply(
                status: 400,
                headers: headers,
                body: Array("{\"error\":\(JSON.quoted(error.message))}".utf8)
            )
        }
    }
}
