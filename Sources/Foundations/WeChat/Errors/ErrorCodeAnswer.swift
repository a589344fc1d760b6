public import WireJSON

/// What Weir has to say of an errcode, to a client, an operator or a shell.
public struct ErrorCodeAnswer: Equatable, Sendable {
    /// The table's row.
    public let entry: ErrorCodeEntry
    /// Whether there is one. Of other codes nobody here knows more than that they are never repeated.
    public let isKnown: Bool

    /// - Parameter path: of the api that said it, as a few codes mean something else to some; `nil` where that is not known.
    public init(_ code: Int, api path: String? = nil) {
        guard !(990_001...990_999 ~= code) else {
            (entry, isKnown) = (.own(code), true)
            return
        }
        entry =
            path.map { ErrorCodeTable.entry(code, on: APICatalog.descriptor(method: "POST", path: $0)) }
            ?? ErrorCodeTable.entry(code)
        isKnown = ErrorCodeTable.isKnown(code)
    }

    /// The members of an answer's `data`.
    public func write(to json: inout JSONWriter, in language: WordLanguage) {
        json.member("errcode", entry.code)
        json.member("known", isKnown)
        json.member("outcome", entry.outcome.rawValue)
        json.member("scope", entry.scope.word)
        json.member("fault", entry.fault?.rawValue)
        json.member("retried", entry.repetition.isRepeated)
        json.member("when", entry.repetition.text(in: language))
        json.member("meaning", entry.meaning(in: language))
        json.member("advice", entry.advice(in: language))
    }

    /// On a few lines, for a terminal.
    public func text(in language: WordLanguage) -> String {
        let fault = entry.fault.map { ", \(label("fault", "责任方", language)): \($0.rawValue)" } ?? ""
        let retried =
            language == .english
            ? (entry.repetition.isRepeated ? "yes" : "no") : (entry.repetition.isRepeated ? "是" : "否")
        return """
            \(entry.code)  \(entry.meaning(in: language))
              \(label("outcome", "结果", language)): \(entry.outcome.rawValue), \(label("scope", "范围", language)): \(entry.scope.word)\(fault)
              \(label("retried by Weir", "Weir 是否重试", language)): \(retried). \(entry.repetition.text(in: language))
              \(label("advice", "建议", language)): \(entry.advice(in: language))
            """
    }

    private func label(_ english: String, _ chinese: String, _ language: WordLanguage) -> String {
        language == .english ? english : chinese
    }
}
