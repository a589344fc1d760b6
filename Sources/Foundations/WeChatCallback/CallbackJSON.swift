internal import WireJSON

/// Reads the JSON that a callback's body is where the account is set to it.
enum CallbackJSON {
    static func read(_ body: [UInt8], _ limits: CallbackLimits) throws(CallbackBodyProblem) -> CallbackNode {
        let rules = JSONRules(
            maximumDepth: limits.depth,
            allowsControlCharacters: true,
            allowsMalformedText: true,
            allowsPadding: true
        )
        let object: JSONObjectView
        do throws(JSONProblem) {
            object = try JSONObjectView(body, rules: rules)
        } catch {
            switch error.reason {
            case .tooDeep: throw .tooDeep
            case .tooManyMembers: throw .tooManyNodes
            default: throw .malformed
            }
        }
        var room = limits.nodes
        return CallbackNode("xml", children: try members(of: object, &room))
    }

    /// Goes no deeper than the rules let the document be.
    private static func members(of object: JSONObjectView, _ room: inout Int) throws(CallbackBodyProblem)
        -> [CallbackNode]
    {
        var nodes: [CallbackNode] = []
        for member in object.members {
            nodes += try self.nodes(object.name(of: member), object.value(of: member), &room)
        }
        return nodes
    }

    private static func nodes(
        _ name: String,
        _ value: JSONValue,
        _ room: inout Int
    ) throws(CallbackBodyProblem) -> [CallbackNode] {
        room -= 1
        guard room >= 0 else { throw .tooManyNodes }
        switch value.kind {
        case .object:
            guard let object = value.object else { throw .malformed }
            return [CallbackNode(name, children: try members(of: object, &room))]
        case .array:
            var nodes: [CallbackNode] = []
            for element in value.elements(upTo: room + 1) ?? [] { nodes += try self.nodes(name, element, &room) }
            return nodes
        case .string: return [CallbackNode(name, text: value.string ?? "")]
        case .number, .bool: return [CallbackNode(name, text: String(decoding: value.text, as: UTF8.self))]
        case .null: return [CallbackNode(name)]
        }
    }
}
