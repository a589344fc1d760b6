import Foundation
import Testing

/// The conventions that a formatter can't check.
@Suite struct TidyTests {
    private static let adapters = [
        "Sources/Adapters/CurlTransport/", "Sources/Adapters/SQLiteJournal/", "Sources/Adapters/Gzip/",
        "Sources/Adapters/HTTPServing/",
    ]

    @Test func `no Swift file has more than 400 lines`() throws {
        let long = try Repository.swiftFiles().filter { $0.lines.count > 400 }.map(\.path)
        #expect(long == [])
    }

    @Test func `no function has more than 70 lines`() throws {
        for file in try Repository.swiftFiles() {
            let long = file.functions().filter { $0.length > 70 }.map { "\($0.name) at \($0.line): \($0.length)" }
            #expect(long == [], "\(file.path)")
        }
    }

    @Test(arguments: ["try!", "fatalError(", "as!", "TODO", "FIXME", "print(\"DEBUG"])
    func `sources do without`(_ word: String) throws {
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            #expect(file.matches { $0.contains(word) } == [], "\(file.path) has \(word)")
        }
    }

    @Test func `unchecked sendability and unsafe code stay in the adapters`() throws {
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            guard !Self.adapters.contains(where: { file.path.hasPrefix($0) }) else { continue }
            let lines = file.matches {
                $0.contains("@unchecked Sendable") || $0.contains(" unsafe ") || $0.contains("@unsafe")
            }
            #expect(lines == [], "\(file.path)")
        }
    }

    @Test func `each file of the sources is named for a type in it`() throws {
        let kinds = ["struct", "enum", "class", "actor", "protocol"]
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            var types: [String] = []
            for line in file.lines where !line.hasPrefix(" ") && !line.hasPrefix("//") && !line.hasPrefix("@") {
                let words = line.split { $0 == " " || $0 == ":" || $0 == "<" || $0 == "{" }
                guard let index = words.firstIndex(where: { kinds.contains(String($0)) }), index + 1 < words.count,
                    !words[..<index].contains("extension"), !words[..<index].contains("func")
                else { continue }
                types.append(String(words[index + 1]))
            }
            guard !types.isEmpty, !file.name.contains("+") else { continue }
            #expect(types.contains(file.name), "\(file.path) has \(types)")
        }
    }

    @Test(arguments: ["Utils", "Helpers", "Common", "Manager"])
    func `no file is named for nothing in particular`(_ word: String) throws {
        #expect(try Repository.swiftFiles().filter { $0.name.contains(word) }.map(\.path) == [])
    }

    @Test func `both READMEs stay short`() throws {
        for name in ["README.md", "README.zh-CN.md"] {
            let text = try String(contentsOf: Repository.root.appendingPathComponent(name), encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 121, "\(name)")
        }
    }
}
