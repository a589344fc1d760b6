import Foundation
import PrometheusMetrics
import Weir

/// The process's own numbers, read from `/proc` at each scrape, under the names that every Prometheus client gives them.
enum ProcessMetrics {
    static func register(in registry: MetricRegistry) throws(MetricError) {
        let cpu = try registry.counter(MetricCatalog.processCPU).child()
        let memory = try registry.gauge(MetricCatalog.processMemory).child()
        let virtual = try registry.gauge(MetricCatalog.processVirtual).child()
        let openFiles = try registry.gauge(MetricCatalog.processOpenFiles).child()
        try registry.gauge(MetricCatalog.processMaxFiles).child().set(maximumFiles())
        try registry.gauge(MetricCatalog.processStart).child().set(startTime())
        registry.onCollect {
            cpu.raise(to: processorSeconds())
            let pages = words("/proc/self/statm").compactMap(Double.init)
            if pages.count > 1 {
                virtual.set(pages[0] * pageSize)
                memory.set(pages[1] * pageSize)
            }
            if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                openFiles.set(files.count)
            }
        }
    }

    private static let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
    private static let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))

    private static func words(_ path: String) -> [Substring] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(whereSeparator: \.isWhitespace)
    }

    /// The fields of `/proc/self/stat` behind the command's name, which may itself hold spaces: the third is the first here.
    private static func stat() -> [Substring] {
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }

    private static func startTime() -> Double {
        let fields = stat()
        guard fields.count > 19, let sinceBoot = Double(fields[19]),
            let boot = try? String(contentsOfFile: "/proc/stat", encoding: .utf8).split(separator: "\n")
                .first(where: { $0.hasPrefix("btime ") })?
                .dropFirst(6),
            let bootTime = Double(boot)
        else { return Date().timeIntervalSince1970 }
        return bootTime + sinceBoot / ticks
    }

    private static func maximumFiles() -> Double {
        let line = (try? String(contentsOfFile: "/proc/self/limits", encoding: .utf8))?
            .split(separator: "\n")
            .first { $0.hasPrefix("Max open files") }
        return line.flatMap { $0.split(separator: " ").compactMap { Double($0) }.first } ?? 0
    }

    private static func processorSeconds() -> Double {
        let fields = stat()
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / ticks
    }
}
