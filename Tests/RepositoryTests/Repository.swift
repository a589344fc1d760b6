import Foundation

/// The checkout that these tests are part of.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Files below `folder` whose names end in one of `endings`, by their paths from the root.
    static func files(in folder: String, endings: [String]) throws -> [SourceFile] {
        let top = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(atPath: top.path) else { return [] }
        var files: [SourceFile] = []
        for case let path as String in walk where endings.contains(where: { path.hasSuffix($0) }) {
            let text = try String(contentsOf: top.appendingPathComponent(path), encoding: .utf8)
            files.append(SourceFile(path: folder + "/" + path, text: text))
        }
        return files.sorted { $0.path < $1.path }
    }

    static func swiftFiles() throws -> [SourceFile] {
        try files(in: "Sources", endings: [".swift"]) + files(in: "Tests", endings: [".swift"])
    }
}
