import Weir
import WeirConfiguration

/// Reads texts without a file system.
enum Reading {
    /// Stands for a folder with these files; everything else is missing.
    static func read(
        _ text: String,
        environment: [String: String] = [:],
        files: [String: [UInt8]] = [:],
        file: String = "weir.yml"
    ) -> ReadResult {
        reader(environment: environment, files: files).read(text: text, file: file)
    }

    static func reader(environment: [String: String] = [:], files: [String: [UInt8]] = [:]) -> ConfigurationReader {
        ConfigurationReader(environment: environment) { (path, limit) throws(FileFailure) in
            guard let bytes = files[path] else { throw .missing }
            return Array(bytes.prefix(limit))
        }
    }

    /// Problems without the file's name.
    static func problems(_ text: String, environment: [String: String] = [:], files: [String: [UInt8]] = [:])
        -> [String]
    {
        shortened(read(text, environment: environment, files: files).problems)
    }

    static func shortened(_ problems: [ConfigurationProblem]) -> [String] {
        problems.map { String($0.description.dropFirst("weir.yml:".count)) }
    }

    /// One app on two lines, to stand before what a test is about. What follows begins on line 3.
    static let app = "apps:\n  main: {appid: wx1, secret: s}\n"
}
