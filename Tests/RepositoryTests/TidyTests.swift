import Foundation
import Testing

/// The conventions that a formatter can't check.
@Suite struct TidyTests {
    private static let adapters = [
        "Sources/Adapters/CurlTransport/", "Sources/Adapters/SQLiteJournal/", "Sources/Adapters/Gzip/",
        "Sources/Adapters/HTTPServing/",
    ]

    @Test(arguments: [("Sources", 300), ("Tests", 400)])
    func `no Swift file is too long`(_ folder: String, _ limit: Int) throws {
        let files = try Repository.files(in: folder, endings: [".swift"])
        #expect(files.filter { $0.lines.count > limit + 1 }.map(\.path) == [])
    }

    /// The formatter keeps to 120 columns, and passes comments and long strings over.
    @Test func `no line has more than 140 columns`() throws {
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            let wide = file.lines.enumerated().filter { $0.element.count > 140 }.map { $0.offset + 1 }
            #expect(wide == [], "\(file.path)")
        }
    }

    @Test func `no function takes more than eight parameters`() throws {
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            let wide = file.functions().filter { $0.name.contains("func") && $0.parameters > 8 }.map(\.name)
            #expect(wide == [], "\(file.path)")
        }
    }

    /// Each look at it wraps the function once more, so that it takes longer each time.
    @Test func `no mutex holds a bare function`() throws {
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            #expect(file.matches { $0.contains(/Mutex<[^>]*->/) } == [], "\(file.path)")
        }
    }

    /// What a protocol of somebody else's asks for, and is called by nobody here.
    private static let witnesses: Set<Substring> = [
        "customMirror", "channelWritabilityChanged", "channelReadComplete", "userInboundEventTriggered", "OutboundOut",
        "InboundOut", "nameOverride", "makeIterator",
    ]

    @Test func `nothing is declared that nobody names`() throws {
        let files = try [
            "Sources", "Tests", "examples/Rates", "examples/Shop", "examples/RatesTests", "examples/ShopTests",
        ]
        .flatMap { try Repository.files(in: $0, endings: [".swift"]) }
        var uses: [Substring: Int] = [:]
        for file in files {
            for word in file.text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
                uses[word, default: 0] += 1
            }
        }
        let declaration = /^ *(?:[a-z@()]+ )*(?:func|var|let|struct|enum|class|protocol|typealias) (\w+)/
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            let names = file.lines.compactMap { try? declaration.firstMatch(in: $0)?.output.1 }
            let dead = names.filter { uses[$0] == 1 && !Self.witnesses.contains($0) }
            #expect(dead == [], "\(file.path)")
        }
    }

    /// What protocols of Swift's own ask for means the same everywhere.
    private static let wellKnown: Set<Substring> = ["description", "hash", "==", "<", "next"]

    @Test func `every public declaration says what it is`() throws {
        let declaration = /^(?:@\w+ )*public (?!import )(?:\w+(?:\(set\))? )*([=<]+|\w+)/
        for file in try Repository.files(in: "Sources", endings: [".swift"]) {
            let lines = file.lines.map { $0.drop { $0 == " " } }
            let bare = lines.indices.filter { index in
                guard let name = try? declaration.firstMatch(in: lines[index])?.output.1,
                    !Self.wellKnown.contains(name)
                else { return false }
                let above = lines[..<index].last { !$0.hasPrefix("@") } ?? ""
                return !above.hasPrefix("///")
            }
            #expect(bare.map { $0 + 1 } == [], "\(file.path)")
        }
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
            for line in file.lines where !line.hasPrefix(" ") && !line.hasPrefix("//") {
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
