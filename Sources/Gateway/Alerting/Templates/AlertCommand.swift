/// What somebody who was woken types first: the annotation `command` of an alert, which knows the names that its runbook leaves open.
///
/// A command and no link: what Weir knows of a message is asked with a key in a header, which no tap on a phone sends.
enum AlertCommand {
    /// Commands that are shown.
    static let most = 3
    /// Characters of one.
    static let longest = 200

    /// Of the alerts that fire, the most urgent first. One that a shell could read as more than one command is none: a label may say
    /// anything, and it is typed by tired people.
    static func all(_ notification: AlertNotification, _ group: AlertGroup) -> [String] {
        guard notification.isFiring else { return [] }
        var commands: [String] = []
        for alert in group.first where alert.isFiring && commands.count < most {
            guard let command = alert.annotations["command"], isPlain(command), !commands.contains(command) else {
                continue
            }
            commands.append(command)
        }
        return commands
    }

    /// Whether a shell takes it for words and nothing else. `.ci/check-texts` has the same characters.
    private static func isPlain(_ text: String) -> Bool {
        !AlertText.isBlank(text) && text.utf8.count <= longest
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: " ._/:=,@%+-".utf8.contains(byte)
                }
            }
    }
}
