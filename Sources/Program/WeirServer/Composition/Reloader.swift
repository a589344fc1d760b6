import Addressing
import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Timekeeping
import UnixSignals
import Weir
import WeirConfiguration
import WeirHTTP

/// Takes over a changed configuration: at SIGHUP, when the file has changed, and when the admin API asks. A file with a problem changes
/// nothing.
final class Reloader: Service {
    /// Why the file is read anew.
    enum Occasion: String {
        case signal, file
        case adminAPI = "admin_api"
    }

    private let gateway: Gateway
    private let source: ConfigurationSource?
    private let present: Mutex<GatewayConfiguration>
    private let turn = Mutex(())
    private let level: LogLevel
    private let logger: Logger
    /// How often the file is looked at.
    private static let interval = Duration.seconds(2)

    init(
        gateway: Gateway,
        source: ConfigurationSource?,
        first: GatewayConfiguration,
        level: LogLevel,
        logger: Logger
    ) {
        self.gateway = gateway
        self.source = source
        self.level = level
        self.logger = logger
        present = Mutex(first)
    }

    var configuration: GatewayConfiguration {
        present.withLock { $0 }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.followSignals() }
                group.addTask { await self.followFile() }
            }
        }
    }

    private func followSignals() async {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals { _ = await reload(by: .signal) }
    }

    private func followFile() async {
        guard let source else { return }
        var known = source.stamp()
        while !Task.isCancelled {
            do { try await Task.sleep(for: Reloader.interval) } catch { return }
            let stamp = source.stamp()
            guard stamp != known else { continue }
            known = stamp
            _ = await reload(by: .file)
        }
    }

    /// Reads the file and takes over what it says, or nothing of it. One at a time: what is read last is in force at the end.
    func reload(by occasion: Occasion) async -> ReloadReport {
        turn.withLock { _ in takeOver(occasion) }
    }

    private func takeOver(_ occasion: Occasion) -> ReloadReport {
        guard let source else {
            return ReloadReport(isInForce: false, lines: ["this gateway was started without a file"])
        }
        let result = source.read()
        guard let new = result.configuration else {
            return refuse(result.problems.map(\.description), occasion)
        }
        let old = configuration
        let changes = ConfigurationChanges(from: old, to: new)
        if !changes.restartRequired.isEmpty {
            let keys = changes.restartRequired.map(\.key).joined(separator: ", ")
            logger.warning("needs a restart to take effect", metadata: ["keys": "\(keys)"])
        }
        present.withLock { $0 = new }
        level.value = Logger.Level(rawValue: new.log.level) ?? level.value
        gateway.reload(new)
        let lines = changes.all.map(\.description)
        logger.notice(
            "configuration reloaded",
            metadata: [
                "by": "\(occasion.rawValue)", "apps": .stringConvertible(new.apps.count),
                "clients": .stringConvertible(new.clients.count), "changes": "\(lines.joined(separator: "; "))",
            ]
        )
        return ReloadReport(isInForce: true, lines: lines)
    }

    private func refuse(_ problems: [String], _ occasion: Occasion) -> ReloadReport {
        gateway.reloadRefused()
        for problem in problems {
            logger.error(
                "configuration refused, the old one stays in force",
                metadata: ["by": "\(occasion.rawValue)", "problem": "\(problem)"]
            )
        }
        return ReloadReport(isInForce: false, lines: problems)
    }
}

/// Tells one version of a file from another.
struct FileStamp: Equatable, Sendable {
    var modified: Date?
    var size: Int64?
    var inode: UInt64?
}

/// The file that a configuration came from, with what the command line overrides.
struct ConfigurationSource: Sendable {
    var path: String
    var api: HostPort?
    var admin: HostPort?

    func read() -> ReadResult {
        var result = ConfigurationReader(environment: ProcessInfo.processInfo.environment).read(path: path)
        if let api { result.configuration?.server.api = api }
        if let admin { result.configuration?.server.admin = admin }
        return result
    }

    /// What changes when the file does.
    func stamp() -> FileStamp? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        return FileStamp(
            modified: attributes[.modificationDate] as? Date,
            size: (attributes[.size] as? NSNumber)?.int64Value,
            inode: (attributes[.systemFileNumber] as? NSNumber)?.uint64Value
        )
    }
}
