/// One filling of one text: what it may cost, and the first thing that went wrong with it. Made, used and dropped inside one call.
final class EventFilling {
    /// Elements of lists that one text shows, over all of its sections.
    static let mostTurns = 100
    /// Elements of a list that a template names.
    static let longestList = 1000
    /// Bytes of values that one text shows.
    static let mostBytes = 64 << 10

    private(set) var problem: EventProblem?
    private var turns = EventFilling.mostTurns
    private var room = EventFilling.mostBytes

    /// The first problem counts: it is the one that people can act on.
    func fail(_ problem: EventProblem) {
        self.problem = self.problem ?? problem
    }

    /// What is shown in the place of a value: itself, while there is room.
    func show(_ text: String, at path: String) -> String {
        room -= text.utf8.count
        guard room >= 0 else {
            fail(EventProblem(.tooLong, at: path))
            return ""
        }
        return text
    }

    /// Whether one more element may be shown.
    func turn(at path: String) -> Bool {
        turns -= 1
        guard turns >= 0 else {
            fail(EventProblem(.tooMany, at: path))
            return false
        }
        return true
    }
}

/// Why a text can't be filled from an event.
package struct EventProblem: Error, Equatable {
    package enum Reason: Sendable {
        case missing, isNull, isNoText, isNoList, listTooLong, tooMany, tooLong
    }

    package var reason: Reason
    /// The variable, such as `payload.item` or `payload.items[2].name`.
    package var path: String

    init(_ reason: Reason, at path: String) {
        self.reason = reason
        self.path = path
    }

    /// For people, behind the path. Nothing of the event's content.
    package var words: String {
        switch reason {
        case .missing: "is missing"
        case .isNull: "is null"
        case .isNoText: "is an object or a list, where the message shows a text"
        case .isNoList: "is no list or text to which that transform applies"
        case .listTooLong: "has more than \(EventFilling.longestList) elements"
        case .tooMany: "makes more than \(EventFilling.mostTurns) elements of lists for one text"
        case .tooLong: "makes a text of more than \(EventFilling.mostBytes >> 10) KiB"
        }
    }
}
