import Addressing
import Foundation
import Weir
import WeirConfiguration

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
