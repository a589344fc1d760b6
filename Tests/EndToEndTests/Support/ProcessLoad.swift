import Foundation

/// What the kernel says of a process.
struct ProcessLoad {
    /// Its largest resident memory so far, in MiB.
    var peakMiB: Int
    /// Processor time it has used.
    var processor: Duration

    init(_ identifier: Int32) throws {
        let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        peakMiB =
            (line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
        let stat = try String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8)
        // The name before the bracket may hold anything; user and system ticks are the 12th and 13th fields behind it.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Int($0) }.reduce(0, +)
        processor = .milliseconds(ticks * 1000 / sysconf(Int32(_SC_CLK_TCK)))
    }
}
