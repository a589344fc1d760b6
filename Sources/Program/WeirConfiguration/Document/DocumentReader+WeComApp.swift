import Weir

/// Whom an app of WeCom's writes to.
extension DocumentReader {
    /// User ids of one sink, or `@all`.
    mutating func members(_ field: Field) -> [String] {
        let users = texts(field, what: "user", mayBeEmpty: false)
        // It separates the users in WeCom's own list.
        if users.contains(where: { $0.contains("|") }) { report(field, "no user has a `|` in their id: write a list") }
        if users.contains(WeComAudience.everybody), users.count > 1 {
            report(field, "`@all` is everybody: name nobody beside it")
        }
        return users
    }

    /// Numbers of departments or tags.
    mutating func numbers(_ field: Field, what: String) -> [String] {
        let numbers = texts(field, what: what, mayBeEmpty: false)
        let isPlain = numbers.allSatisfy { text in
            (1...10).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        if !isPlain { report(field, "not a \(what): write such as 2") }
        return numbers
    }

    /// A message needs somebody to read it; WeCom would refuse it.
    mutating func checkAudience(_ section: Section<ConfigurationKey.AlertSink>, of sink: AlertSinkConfiguration) {
        guard let robot = sink.group?.robot, robot.kind == .wecomApp else { return }
        let others = section[.parties] ?? section[.tags]
        if section[.to] == nil, others == nil {
            report(at: section.keyPosition, section.path, "needs to, parties or tags, which say who is told")
        }
        if robot.audience.users == [WeComAudience.everybody], let others {
            report(others, "`to` names everybody already")
        }
    }
}
