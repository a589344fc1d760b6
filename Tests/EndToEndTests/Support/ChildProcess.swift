import Foundation
import Synchronization

/// A program that a test started: what it said, and signals for it. Killed when the test forgets it.
final class ChildProcess: Sendable {
    private struct State {
        var lines: [String] = []
        var output: [String] = []
        var status: Int32?
    }

    private let state: Box
    let identifier: Int32

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (errors, output) = (Pipe(), Pipe())
        process.standardError = errors
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        let state = Box()
        self.state = state
        process.terminationHandler = { process in
            let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
            state.state.withLock { $0.status = code }
        }
        try process.run()
        identifier = process.processIdentifier
        ChildProcess.follow(errors) { line in state.state.withLock { $0.lines.append(line) } }
        ChildProcess.follow(output) { line in state.state.withLock { $0.output.append(line) } }
    }

    deinit {
        signal(SIGKILL)
    }

    private static func follow(_ pipe: Pipe, _ take: @escaping @Sendable (String) -> Void) {
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread {
            var rest = Data()
            while case let data = handle.availableData, !data.isEmpty {
                rest += data
                while let newline = rest.firstIndex(of: 10) {
                    take(String(decoding: rest[rest.startIndex..<newline], as: UTF8.self))
                    rest = Data(rest[(newline + 1)...])
                }
            }
            if !rest.isEmpty { take(String(decoding: rest, as: UTF8.self)) }
        }
    }

    /// The lines on its standard error so far.
    var lines: [String] {
        state.state.withLock { $0.lines }
    }

    /// The lines on its standard output so far.
    var output: [String] {
        state.state.withLock { $0.output }
    }

    /// Its exit status once it has ended; 128 and the signal's number when a signal ended it.
    var status: Int32? {
        state.state.withLock { $0.status }
    }

    func signal(_ number: Int32) {
        guard status == nil else { return }
        kill(identifier, number)
    }

    /// Waits for its end.
    @discardableResult
    func ended() async throws -> Int32 {
        try await eventually("process \(identifier) ends") { status }
    }

    /// The address that a listener of this name said that it has bound.
    func port(of listener: String) -> Int? {
        for line in lines {
            guard line.contains("\"listening\""), let json = JSONAny(line), json["listener"]?.string == listener else {
                continue
            }
            return json["address"]?.string?.split(separator: ":").last.flatMap { Int($0) }
        }
        return nil
    }
}
