import Testing

/// Every command in every runbook is typed in the trouble that it is for, and helps.
@Suite(.serialized)
struct RunbookTests {
    @Test(arguments: RunbookGroup.all)
    func `what a runbook says to type works as typed, tells what it is asked for, and helps`(_ group: RunbookGroup)
        async throws
    {
        guard group.isPossible else { return }
        defer { group.after() }
        let commands = try RunbookCommand.all(in: "runbooks")
        let desk = try await RunbookDesk(group)
        for trouble in group.troubles {
            let words = try await trouble.bring(desk)
            for section in trouble.sections {
                for command in commands where command.section == section {
                    try await type(command, words, trouble, desk)
                }
            }
            try await trouble.helps(desk, words)
        }
    }

    private func type(
        _ command: RunbookCommand,
        _ words: [String: String],
        _ trouble: RunbookTrouble,
        _ desk: RunbookDesk
    ) async throws {
        try await trouble.before[command.line]?(desk)
        let typed = words.reduce(command.line) { line, word in
            line.split(separator: " ", omittingEmptySubsequences: false).map { part in
                part.split(separator: "/", omittingEmptySubsequences: false)
                    .map { $0 == word.key ? word.value : String($0) }.joined(separator: "/")
            }.joined(separator: " ")
        }
        let what: Comment = "\(trouble.what): \(command.section): \(typed)"
        #expect(!RunbookTests.hasPlaceholder(typed, in: command.line), what)
        let run = try await desk.type(typed)
        #expect(run.status == trouble.exits[command.line] ?? 0, "\(what)\n\(run.output)\n\(run.errors)")
        let said = run.output + run.errors
        for wanted in trouble.tells[command.line] ?? [] {
            #expect(said.contains(words[wanted] ?? wanted), "\(what): \(wanted)\n\(said)")
        }
    }

    /// Whether a word in capitals is left for the reader to fill in.
    private static func hasPlaceholder(_ typed: String, in line: String) -> Bool {
        let known: Set<Substring> = ["POST", "DELETE", "GET", "NF"]
        let isLetter = { (character: Character) in character.isASCII && character.isLetter }
        let words: [Substring] = typed.split(whereSeparator: { !isLetter($0) })
        let left = Set(words.filter { $0.count > 1 && $0 == $0.uppercased() }).subtracting(known)
        let original: [Substring] = line.split(whereSeparator: { !isLetter($0) })
        return !left.isDisjoint(with: original)
    }

    @Test func `every command of every runbook has its trouble, and no trouble has commands that are gone`() throws {
        let commands = Set(try RunbookCommand.all(in: "runbooks"))
        var known: Set<RunbookCommand> = []
        for trouble in RunbookGroup.all.flatMap(\.troubles) {
            for section in trouble.sections {
                for line in trouble.tells.keys {
                    let command = RunbookCommand(section: section, line: line)
                    if commands.contains(command) { known.insert(command) }
                }
            }
            let used = Set(commands.filter { trouble.sections.contains($0.section) }.map(\.line))
            #expect(Set(trouble.tells.keys).subtracting(used) == [], "\(trouble.what)")
            #expect(trouble.tells.values.allSatisfy { !$0.isEmpty }, "\(trouble.what)")
        }
        let missing = commands.subtracting(known).map { "\($0.section): \($0.line)" }.sorted()
        #expect(missing == [])
        #expect(commands.count > 40)
    }

    @Test func `the Chinese runbooks say to type the same`() throws {
        let lines = { (folder: String) in
            try RunbookCommand.all(in: folder).filter { $0.line != RunbookCommand.state }.map {
                "\($0.section): \($0.line)"
            }
        }
        #expect(try lines("runbooks/zh-CN") == lines("runbooks"))
    }

    @Test(arguments: ["runbooks", "runbooks/zh-CN"])
    func `no step is half a command`(_ folder: String) throws {
        #expect(try RunbookCommand.halves(in: folder) == [])
    }
}
