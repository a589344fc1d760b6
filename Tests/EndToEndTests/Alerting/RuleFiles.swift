import Foundation

/// The rules that Weir ships.
enum RuleFiles {
    private static let folders = ["alerts", "prometheus/rules"]

    /// Their paths.
    static func shipped() throws -> [String] {
        try folders.flatMap { try files(in: $0) }
    }

    /// Their names without folders.
    static func names() -> [String] {
        ((try? shipped()) ?? []).map { String($0.split(separator: "/").last ?? "") }
    }

    /// The name of every alert in them.
    static func alerts() throws -> Set<String> {
        var result: Set<String> = []
        for path in try files(in: "alerts") {
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                guard let range = line.range(of: "- alert: ") else { continue }
                result.insert(String(line[range.upperBound...]))
            }
        }
        return result
    }

    private static func files(in folder: String) throws -> [String] {
        let path = Binary.packageRoot + "/" + folder
        return try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { $0.hasSuffix(".yml") }.sorted().map { "\(path)/\($0)" }
    }
}
