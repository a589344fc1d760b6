import Mustache
import WireJSON

/// A text or number of an event as swift-mustache sees it. It has no names: swift-mustache would look for its properties otherwise.
struct EventText: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    private let text: String
    private let path: String
    private let filling: EventFilling

    init(_ text: String, at path: String, _ filling: EventFilling) {
        self.text = text
        self.path = path
        self.filling = filling
    }

    func child(named name: String) -> Any? { nil }

    var renderText: String { filling.show(text, at: path) }

    var isNull: Bool { false }

    /// swift-mustache's own, of texts; its counting ones overflow on large numbers.
    func transform(_ name: String) -> Any? {
        guard let result = text.transform(name) else { return EventGap(.isNoList, at: path, filling) }
        if let isTrue = result as? Bool { return isTrue }
        return EventText("\(result)", at: path, filling)
    }
}

/// What a template names and an event doesn't have: as a section it is false, as a variable an error.
struct EventGap: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    private let problem: EventProblem
    private let filling: EventFilling

    init(_ reason: EventProblem.Reason, at path: String, _ filling: EventFilling) {
        problem = EventProblem(reason, at: path)
        self.filling = filling
    }

    func child(named name: String) -> Any? { nil }

    var renderText: String {
        filling.fail(problem)
        return ""
    }

    var isNull: Bool { true }

    func transform(_ name: String) -> Any? { self }
}

/// A list of an event as swift-mustache sees it.
struct EventList: MustacheSequence, MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    private var elements: [(index: Int, value: JSONValue)]
    private let path: String
    private let filling: EventFilling

    init(_ elements: [JSONValue], at path: String, _ filling: EventFilling) {
        self.elements = elements.enumerated().map { ($0.offset, $0.element) }
        self.path = path
        self.filling = filling
    }

    func makeIterator() -> AnyIterator<Any> {
        var rest = elements[...]
        return AnyIterator {
            guard let next = rest.popFirst(), filling.turn(at: path) else { return nil }
            return shown(next)
        }
    }

    private func shown(_ element: (index: Int, value: JSONValue)) -> Any {
        EventScope.shown(element.value, at: "\(path)[\(element.index)]", filling)
    }

    func child(named name: String) -> Any? { nil }

    var renderText: String {
        filling.fail(EventProblem(.isNoText, at: path))
        return ""
    }

    var isNull: Bool { false }

    func transform(_ name: String) -> Any? {
        switch name {
        case "empty": return elements.isEmpty
        case "count": return EventText("\(elements.count)", at: path, filling)
        case "first", "last":
            guard let element = name == "first" ? elements.first : elements.last else {
                return EventGap(.missing, at: "\(path)[0]", filling)
            }
            return shown(element)
        case "reversed":
            var list = self
            list.elements.reverse()
            return list
        default: return EventGap(.isNoList, at: path, filling)
        }
    }
}

/// An event that has everything that a template names, each a short text: what a configuration is checked with.
struct EventSample: EventSource {
    private struct Root: MustacheParent {
        let filling: EventFilling

        func child(named name: String) -> Any? { EventText("sample", at: name, filling) }
    }

    func root(_ filling: EventFilling) -> Any { Root(filling: filling) }
}
