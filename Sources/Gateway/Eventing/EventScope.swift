import Mustache
import WireJSON

/// What a text can be filled from.
protocol EventSource {
    /// What swift-mustache asks for the names of the template.
    func root(_ filling: EventFilling) -> Any
}

/// An object of an event as swift-mustache sees it: the outermost, or one whose section is being shown.
///
/// Names come with all their parts (see ``EventTagReader``). A name whose first part the object doesn't have is asked of the objects around
/// it; the outermost answers with a gap, so that a variable that nothing has is never an empty text.
final class EventScope {
    private let object: JSONObjectView?
    private let path: String
    private let filling: EventFilling
    private var isOutermost: Bool { path.isEmpty }
    /// What was found before: sections ask for the same names again and again.
    private var found: [String: Any] = [:]

    init(_ object: JSONObjectView?, at path: String, _ filling: EventFilling) {
        self.object = object
        self.path = path
        self.filling = filling
    }

    /// The value for swift-mustache.
    static func shown(_ value: JSONValue, at path: String, _ filling: EventFilling) -> Any {
        switch value.kind {
        case .object: EventScope(value.object, at: path, filling)
        case .array: list(value, at: path, filling)
        case .string: EventText(value.string ?? "", at: path, filling)
        // As it is written: no digit is lost.
        case .number: EventText(String(decoding: value.text, as: UTF8.self), at: path, filling)
        case .bool: value.bool ?? false
        case .null: EventGap(.isNull, at: path, filling)
        }
    }

    private static func list(_ value: JSONValue, at path: String, _ filling: EventFilling) -> Any {
        let elements = value.elements(upTo: EventFilling.longestList + 1) ?? []
        guard elements.count <= EventFilling.longestList else {
            // At once: as a section a gap would only be false.
            filling.fail(EventProblem(.listTooLong, at: path))
            return EventGap(.listTooLong, at: path, filling)
        }
        return EventList(elements, at: path, filling)
    }

    private func find(_ name: String) -> Any? {
        let parts = name.split(separator: EventTagReader.separator).map(String.init)
        guard let first = parts.first else { return nil }
        var path = path
        func step(_ part: String) { path += path.isEmpty ? part : "." + part }
        guard var value = object?.value(first) else {
            guard isOutermost else { return nil }
            return EventGap(.missing, at: parts.joined(separator: "."), filling)
        }
        step(first)
        for part in parts.dropFirst() {
            step(part)
            guard let next = value.object?.value(part) else { return EventGap(.missing, at: path, filling) }
            value = next
        }
        return EventScope.shown(value, at: path, filling)
    }
}

extension EventScope: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    func child(named name: String) -> Any? {
        if let known = found[name] { return known }
        let value = find(name)
        found[name] = value
        return value
    }

    var renderText: String {
        filling.fail(EventProblem(.isNoText, at: path))
        return ""
    }

    var isNull: Bool { false }

    func transform(_ name: String) -> Any? { EventGap(.isNoList, at: path, filling) }
}
