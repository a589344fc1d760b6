import Foundation
import Logging
import Synchronization
import Timekeeping
import Weir

/// Takes whole lines and writes them to standard error on a thread of its own: whoever logs never waits for a pipe that nobody reads.
/// Bounded: what finds no room is left out, and a line says how many were.
final class LogWriter: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var leftOut = 0
        var isWriting = false
    }

    /// Bytes that may wait.
    let limit: Int
    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let sink: @Sendable ([UInt8]) -> Void

    /// - Parameter sink: may block.
    init(limit: Int = 4 << 20, sink: @escaping @Sendable ([UInt8]) -> Void = StandardError.write) {
        self.limit = limit
        self.sink = sink
        Thread.detachNewThread { [weak self, wakeUp] in
            while true {
                wakeUp.wait()
                guard let self else { return }
                self.drain()
            }
        }
    }

    deinit {
        wakeUp.signal()
    }

    /// Never blocks.
    func write(_ line: [UInt8]) {
        let isFirst = state.withLock { state in
            guard state.bytes + line.count <= limit else {
                state.leftOut += 1
                return false
            }
            state.lines.append(line)
            state.bytes += line.count
            return state.lines.count == 1
        }
        if isFirst { wakeUp.signal() }
    }

    private func drain() {
        while true {
            let (lines, leftOut) = state.withLock { state in
                defer { (state.lines, state.bytes, state.leftOut) = ([], 0, 0) }
                state.isWriting = !state.lines.isEmpty
                return (state.lines, state.leftOut)
            }
            if lines.isEmpty { return }
            sink(Array(lines.joined()))
            if leftOut > 0 { sink(LogWriter.note(leftOut)) }
        }
    }

    private static func note(_ leftOut: Int) -> [UInt8] {
        var line = LogLine()
        line.add("time", .string(SystemTimeSource().timestamp().rfc3339))
        line.add("level", .string(Logger.Level.warning.rawValue))
        line.add("logger", "weir")
        line.add("message", "log lines left out: nobody read them")
        line.add("left_out", .stringConvertible(leftOut))
        return line.bytes
    }

    /// Waits until what was taken is written, at most for a second: the end of the process must not depend on a reader.
    func flush() {
        for _ in 0..<100 {
            if state.withLock({ $0.lines.isEmpty && !$0.isWriting }) { return }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }
}
