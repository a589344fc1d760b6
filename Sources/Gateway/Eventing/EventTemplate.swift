import Mustache

/// A text with Mustache's tags (https://mustache.github.io/mustache.5.html), filled from an event.
///
/// Variables and sections are taken, and swift-mustache's transforms that are listed in ``transforms``; values are put in as they are,
/// never escaped for HTML. Partials, blocks, other delimiters and pragmas are refused. A variable that the event doesn't have is an
/// error; as a section's name it is false, as Mustache has it.
public struct EventTemplate: Equatable, Sendable {
    /// As it was written.
    public let source: String
    private let template: MustacheTemplate

    /// What may stand around a name: `{{uppercased(payload.code)}}`, `{{^last()}}, {{/last()}}`.
    public static let transforms = EventTagReader.transforms.sorted()

    /// - Throws: the first tag that can't be taken.
    public init(_ source: String) throws(EventTemplateProblem) {
        self.source = source
        var reader = EventTagReader(source)
        let plain = try reader.rewrite()
        do {
            template = try MustacheTemplate(string: plain)
        } catch {
            // Its own words are about the text as it was rewritten.
            throw .notMustache
        }
    }

    public static func == (left: EventTemplate, right: EventTemplate) -> Bool {
        left.source == right.source
    }

    /// The text with its tags filled.
    func text(filledFrom source: some EventSource) throws(EventProblem) -> String {
        let filling = EventFilling()
        let text = template.render(source.root(filling))
        if let problem = filling.problem { throw problem }
        return text
    }
}

/// What is wrong with a text that has Mustache's tags.
public enum EventTemplateProblem: Error, Equatable, Sendable {
    /// A tag without its end.
    case openTag
    /// Not a name, as in this tag.
    case notAName(String)
    /// A tag that begins with this character is not taken.
    case notTaken(Character)
    /// A name that begins with none of `event_type`, `id` and `payload`.
    case unknownRoot(String)
    /// There is no such transform.
    case unknownTransform(String)
    /// A section that is not closed, or closed by another name.
    case unbalanced(String)
    /// Sections in sections in sections.
    case tooDeep
    /// swift-mustache can't read it.
    case notMustache

    /// For people: what is wrong, and what to do.
    public var words: String {
        switch self {
        case .openTag: "a tag `{{` without its end"
        case .notAName(let name):
            "`{{\(name)}}` holds no name: write such as `{{payload.item}}`, of a-z, A-Z, 0-9, `_`, `-` and `?` between dots"
        case .notTaken(let character): "a tag that begins with `\(character)` is not taken: variables and sections are"
        case .unknownRoot(let name):
            "`{{\(name)}}` names nothing of an event, which has `event_type`, `id` and `payload`: write such as `{{payload.\(name)}}`"
        case .unknownTransform(let name):
            "`\(name)()` is not known: \(EventTemplate.transforms.joined(separator: ", ")) are"
        case .unbalanced(let name): "the section `\(name)` is not closed, or closes what is not open"
        case .tooDeep: "has more than \(EventTagReader.deepest) sections in one another"
        case .notMustache: "is not Mustache"
        }
    }
}
