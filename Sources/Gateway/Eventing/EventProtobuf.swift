import WireJSON
import WireProtobuf

/// Reads `weir.v1.Event` (`docs/event.proto`) as the JSON that says the same, with its `google.protobuf.Struct` as Protobuf's own
/// mapping to JSON has it (https://protobuf.dev/reference/protobuf/google.protobuf/#struct).
///
/// Stricter than Protobuf asks for, as its sender signs each byte: an unknown field, one given twice, a `Value` of no kind, an infinity and
/// NaN are refused. Bounded: what is nested deeper than `maximumDepth` is refused, and work and JSON follow the bytes that came.
struct EventProtobuf {
    private let maximumDepth: Int
    private var json = JSONWriter()

    private init(maximumDepth: Int) {
        self.maximumDepth = maximumDepth
    }

    /// The JSON of an event. What it must have is looked at there.
    ///
    /// - Throws: What is wrong with it first.
    static func json(
        of bytes: [UInt8],
        maximumDepth: Int = JSONRules.strict.maximumDepth
    ) throws(EventProtobufProblem) -> [UInt8] {
        var (type, payload, id): (ArraySlice<UInt8>?, ArraySlice<UInt8>?, ArraySlice<UInt8>?)
        try fields(of: bytes[...]) { field, value throws(EventProtobufProblem) in
            switch field {
            case 1: try take(value, into: &type)
            case 2: try take(value, into: &payload)
            case 3: try take(value, into: &id)
            default: throw .unknownField
            }
        }
        var reader = EventProtobuf(maximumDepth: maximumDepth)
        reader.json.begin("{")
        // An empty text is Protobuf's way to leave one out.
        for (name, text) in [("event_type", type), ("id", id)] where text?.isEmpty == false {
            reader.json.member(name, try self.text(text ?? []))
        }
        if let payload {
            reader.json.key("payload")
            try reader.structure(payload, depth: 1)
        }
        reader.json.end("}")
        return reader.json.bytes
    }

    // MARK: Fields

    private static func fields(
        of bytes: ArraySlice<UInt8>,
        _ take: (UInt64, ProtobufReader.Value) throws(EventProtobufProblem) -> Void
    ) throws(EventProtobufProblem) {
        var reader = ProtobufReader(bytes)
        while let (field, value) = reader.next() { try take(field, value) }
        guard !reader.isBroken else { throw .broken }
    }

    private static func take(
        _ value: ProtobufReader.Value,
        into target: inout ArraySlice<UInt8>?
    ) throws(EventProtobufProblem) {
        guard target == nil else { throw .repeated }
        guard case .bytes(let bytes) = value else { throw .wrongType }
        target = bytes
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(EventProtobufProblem) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }

    // MARK: Struct, Value, ListValue

    /// `map<string, Value> fields = 1`, each entry a message of key and value.
    private mutating func structure(_ bytes: ArraySlice<UInt8>, depth: Int) throws(EventProtobufProblem) {
        guard depth < maximumDepth else { throw .tooDeep }
        json.begin("{")
        try Self.fields(of: bytes) { field, value throws(EventProtobufProblem) in
            guard field == 1 else { throw .unknownField }
            guard case .bytes(let entry) = value else { throw .wrongType }
            var (name, content): (ArraySlice<UInt8>?, ArraySlice<UInt8>?)
            try Self.fields(of: entry) { field, value throws(EventProtobufProblem) in
                switch field {
                case 1: try Self.take(value, into: &name)
                case 2: try Self.take(value, into: &content)
                default: throw .unknownField
                }
            }
            json.key(try Self.text(name ?? []))
            try self.value(content ?? [], depth: depth + 1)
        }
        json.end("}")
    }

    /// `repeated Value values = 1`.
    private mutating func list(_ bytes: ArraySlice<UInt8>, depth: Int) throws(EventProtobufProblem) {
        guard depth < maximumDepth else { throw .tooDeep }
        json.begin("[")
        try Self.fields(of: bytes) { field, value throws(EventProtobufProblem) in
            guard field == 1 else { throw .unknownField }
            guard case .bytes(let element) = value else { throw .wrongType }
            try self.value(element, depth: depth + 1)
        }
        json.end("]")
    }

    /// One of null, number, text, boolean, Struct and ListValue.
    private mutating func value(_ bytes: ArraySlice<UInt8>, depth: Int) throws(EventProtobufProblem) {
        var kind: (field: UInt64, value: ProtobufReader.Value)?
        try Self.fields(of: bytes) { field, value throws(EventProtobufProblem) in
            guard kind == nil else { throw .repeated }
            kind = (field, value)
        }
        switch (kind?.field, kind?.value) {
        case (1, .varint): json.raw("null".utf8)
        case (2, .fixed64(let bits)):
            let number = Double(bitPattern: bits)
            guard number.isFinite else { throw .notFinite }
            json.number(number)
        case (3, .bytes(let bytes)): json.string(try Self.text(bytes))
        case (4, .varint(let number)): json.bool(number != 0)
        case (5, .bytes(let bytes)): try structure(bytes, depth: depth)
        case (6, .bytes(let bytes)): try list(bytes, depth: depth)
        case (nil, _): throw .noKind
        case (.some(1...6), _): throw .wrongType
        default: throw .unknownField
        }
    }
}

/// Why bytes are not the event that can be read. The raw values are for people.
enum EventProtobufProblem: String, Error, CaseIterable {
    case broken = "not Protobuf, or cut"
    case unknownField = "a field that weir.v1.Event does not have"
    case wrongType = "a field of another type than weir.v1.Event has"
    case repeated = "a field that is given twice"
    case invalidUTF8 = "a text that is not UTF-8"
    case noKind = "a google.protobuf.Value of no kind"
    case notFinite = "an infinity or NaN"
    case tooDeep = "nested too deeply"
}
