import Foundation
import Synchronization

/// Calls from several threads, each with a connection of its own that it keeps.
enum Load {
    /// One call and what came of it.
    struct Result: Sendable {
        var index: Int
        var answer: Answer?
        var took: Duration
        /// Since the load's start.
        var end: Duration

        /// The errcode; 0 also for an answer that is no JSON (a file), nil for none at all.
        var errcode: Int? {
            answer.map { $0.json?["errcode"]?.int ?? 0 }
        }
    }

    struct Call: Sendable {
        var method = "POST"
        var target: String
        var headers: [(name: String, value: String)] = []
        var body: [UInt8]?
    }

    /// Makes `count` calls, at most `width` at once.
    /// - Parameter pace: the time between the starts of two calls, where threads are free.
    static func run(
        _ count: Int,
        width: Int,
        pace: Duration = .zero,
        to port: Int,
        _ make: @escaping @Sendable (Int) -> Call
    ) async throws -> [Result] {
        let (next, results) = (Counter(-1), Results())
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<width {
                group.addTask {
                    try await onThread {
                        var connection: HTTPConnection?
                        while case let index = next.next(1), index < count {
                            let wait = pace * index - (ContinuousClock.now - start)
                            if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
                            let began = ContinuousClock.now
                            let answer = call(make(index), port, &connection)
                            let now = ContinuousClock.now
                            results.add(Result(index: index, answer: answer, took: now - began, end: now - start))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return results.all
    }

    /// One call over a connection that is made anew where it ended.
    static func call(_ call: Call, _ port: Int, _ connection: inout HTTPConnection?) -> Answer? {
        do {
            let open = try connection ?? HTTPConnection(port: port)
            let answer = try open.call(call.method, call.target, headers: call.headers, body: call.body)
            connection = answer.header("connection") == "close" ? nil : open
            return answer
        } catch {
            connection = nil
            return nil
        }
    }

    private final class Results: Sendable {
        private let state = Mutex<[Result]>([])

        func add(_ result: Result) {
            state.withLock { $0.append(result) }
        }

        var all: [Result] {
            state.withLock { $0 }
        }
    }

    /// How often each errcode came; `RelayTraffic.noAnswer` for no answer.
    static func codes(_ results: [Result]) -> [Int: Int] {
        results.reduce(into: [:]) { $0[$1.errcode ?? RelayTraffic.noAnswer, default: 0] += 1 }
    }
}
