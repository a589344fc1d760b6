import Foundation
import Testing
import WeChat
import Weir

/// Lists of words that pages repeat from an enum: as long as the enum, and in no other words.
@Suite struct WordListTests {
    private static let description = "Sources/Adapters/WeirHTTP/openapi.yaml"

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Repository.root.appendingPathComponent(path), encoding: .utf8)
    }

    /// The lists `enum: […]` of the description that have this word.
    private func enums(with word: String) throws -> [Set<String>] {
        try text(Self.description).matches(of: /enum: \[(.*?)\]/)
            .map { Set($0.output.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }) }
            .filter { $0.contains(word) }
    }

    /// What stands in backticks in the first cells of the table whose head begins so.
    private func table(_ head: String, in path: String) throws -> [String] {
        let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix(head) }, "\(path)")
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.flatMap { row in
            row.split(separator: "|")[0].matches(of: /`(\w+)`/).map { String($0.output.1) }
        }
    }

    // MARK: What is waited for

    private let reasons = Set(WaitReason.allCases.map(\.rawValue))

    @Test func `the description has every reason to wait`() throws {
        #expect(try enums(with: WaitReason.breakerOpen.rawValue) == [reasons])
    }

    @Test func `the page on the messages API has every reason to wait, once`() throws {
        let listed = try table("| `reason` | it waits for |", in: "docs/messages-api.md")
        #expect(Set(listed) == reasons && listed.count == reasons.count)
    }

    @Test(arguments: ["docs/runbooks/queue.md", "docs/runbooks/zh-CN/queue.md"])
    func `the runbook says where to go for whatever a lane waits for`(_ path: String) throws {
        // Of one message each, and never of a lane.
        let others = Set([WaitReason.scheduled, .turn].map(\.rawValue))
        let listed = try table("| waits_for |", in: path)
        #expect(Set(listed) == reasons.subtracting(others) && listed.count == Set(listed).count)
    }

    // MARK: Kinds of message

    @Test func `the description has every type of message, and which of them are taken`() throws {
        let lists = try enums(with: MessageType.miniProgram.rawValue)
        let (open, all) = (Set(MessageType.open.map(\.rawValue)), Set(MessageType.allCases.map(\.rawValue)))
        #expect(lists.contains(open) && lists.contains(all))
        #expect(lists.allSatisfy { $0 == open || $0 == all }, "\(lists)")
    }
}
