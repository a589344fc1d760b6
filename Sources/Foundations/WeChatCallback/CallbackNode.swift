/// A member of a callback's body, whether it came as XML or as JSON: a text, or members of its own.
///
/// What JSON has as an array stands as several members of one name, as XML has it.
public struct CallbackNode: Equatable, Sendable {
    /// The element's or member's name; empty for an array's elements inside an array.
    public var name: String
    /// What stands in it; empty where it has members.
    public var text: String
    /// In their order.
    public var children: [CallbackNode]

    /// A member with a text.
    public init(_ name: String, text: String = "", children: [CallbackNode] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first member of this name.
    public subscript(_ name: String) -> CallbackNode? {
        children.first { $0.name == name }
    }

    /// All members of this name.
    public func all(_ name: String) -> [CallbackNode] {
        children.filter { $0.name == name }
    }
}

/// How large and deep a body may be. WeChat's have a few dozen members, two levels deep, and texts of some kilobytes.
public struct CallbackLimits: Equatable, Sendable {
    /// Bytes of the whole.
    public var bytes = 128 << 10
    /// Levels of elements inside each other.
    public var depth = 8
    /// Elements together.
    public var nodes = 1024

    /// 128 KiB, 8 levels, and 1,024 elements.
    public init() {}
}

/// Why a body can't be read.
public enum CallbackBodyProblem: Error, Equatable, Sendable {
    /// Over one of the limits.
    case tooLarge, tooDeep, tooManyNodes
    /// It has what a callback's body never has: a document type, an entity of its own, an attribute, an instruction.
    case forbidden
    /// Anything else that is neither XML nor JSON.
    case malformed
}

extension CallbackNode {
    /// Reads a body by what it is: JSON where it begins with a brace, else XML.
    ///
    /// - Throws: What is wrong with it first. Nothing is kept of a body that can't be read.
    public init(body: [UInt8], limits: CallbackLimits = CallbackLimits()) throws(CallbackBodyProblem) {
        guard body.count <= limits.bytes else { throw .tooLarge }
        let first = body.first { !CallbackXML.isSpace($0) && ![0xEF, 0xBB, 0xBF].contains($0) }
        if first == UInt8(ascii: "{") {
            self = try CallbackJSON.read(body, limits)
        } else {
            var reader = CallbackXML(body, limits)
            self = try reader.read()
        }
    }
}
