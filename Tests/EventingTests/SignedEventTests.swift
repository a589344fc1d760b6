import Intake
import Testing
import WireProtobuf

@testable import Eventing

@Suite struct SignedEventTests {
    private static let shapes: [(json: String, reason: MessageRefusalReason, field: String?)] = [
        ("", .malformed, nil), ("[]", .malformed, nil), ("{", .malformed, nil), (#"{"a":"\#u{0}"}"#, .malformed, nil),
        ("{}", .invalid, "event_type"), (#"{"event_type":"","payload":{}}"#, .invalid, "event_type"),
        (#"{"event_type":1,"payload":{}}"#, .invalid, "event_type"), (#"{"event_type":"t"}"#, .invalid, "payload"),
        (#"{"event_type":"t","payload":[]}"#, .invalid, "payload"),
        (#"{"event_type":"t","payload":null}"#, .invalid, "payload"),
        (#"{"event_type":"t","payload":{},"id":""}"#, .invalid, "id"),
        (#"{"event_type":"t","payload":{},"id":1}"#, .invalid, "id"),
        (#"{"event_type":"t","payload":{},"id":"a b"}"#, .invalid, "id"),
        (#"{"event_type":"t","payload":{},"x":1}"#, .invalid, "members"),
        (#"{"event_type":"t","payload":{},"payload":{}}"#, .invalid, "payload"),
        (#"{"event_type":"t","payload":\#(String(repeating: "[", count: 65))}"#, .malformed, nil),
    ]

    @Test(arguments: shapes)
    func `what is no event is refused by its member`(_ json: String, _ reason: MessageRefusalReason, _ field: String?) {
        #expect { try SignedEvent(Array(json.utf8), .json) } throws: { error in
            let refusal = error as? MessageRefusal
            return refusal?.reason == reason && refusal?.field == field
        }
    }

    @Test(arguments: [
        ("application/json", EventEncoding.json), ("Application/JSON; charset=utf-8", .json),
        ("application/msgpack", .messagePack),
        ("application/x-protobuf;x=y", .protobuf), ("text/plain", nil), ("", nil), (nil, nil),
        ("application/jsonl", nil),
    ])
    func `the Content-Type says how a body is written`(_ type: String?, _ encoding: EventEncoding?) {
        #expect(EventEncoding(contentType: type) == encoding)
    }

    // MARK: Protobuf

    private static func entry(_ name: String, _ value: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { entry in
            entry.string(1, name)
            entry.message(2, value)
        }
        return writer.bytes
    }

    private static func event(type: String = "t", _ entries: [[UInt8]]) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, type)
        writer.message(2) { $0.append(entries.flatMap { $0 }) }
        return writer.bytes
    }

    private static let values: [(entry: [UInt8], json: String)] = [
        (entry("a") { $0.alwaysVarint(1, 0) }, #"{"a":null}"#), (entry("a") { $0.alwaysDouble(2, 1.5) }, #"{"a":1.5}"#),
        (entry("a") { $0.alwaysDouble(2, 42) }, #"{"a":42}"#),
        (entry("a") { $0.alwaysDouble(2, 1e300) }, #"{"a":1e+300}"#),
        (entry("a") { $0.string(3, "茶\"") }, #"{"a":"茶\""}"#), (entry("a") { $0.alwaysVarint(4, 1) }, #"{"a":true}"#),
        (entry("a") { $0.message(5) { $0.append(entry("b") { $0.alwaysVarint(4, 0) }) } }, #"{"a":{"b":false}}"#),
        (
            entry("a") { $0.message(6) { $0.message(1) { $0.alwaysVarint(4, 0) } } }, #"{"a":[false]}"#
        ),
        (entry("a") { $0.message(6) { _ in } }, #"{"a":[]}"#),
    ]

    @Test(arguments: values)
    func `a Struct is the JSON that Protobuf's mapping has`(_ entry: [UInt8], _ json: String) throws {
        let event = try SignedEvent(Self.event([entry]), .protobuf)
        #expect(String(decoding: event.json, as: UTF8.self) == #"{"event_type":"t","payload":\#(json)}"#)
    }

    private static let refused: [(bytes: [UInt8], problem: EventProtobufProblem)] = [
        ([0x0A], .broken), ([0x0A, 0x05, 0x61], .broken), ([0x0B], .broken), ([0x80], .broken),
        (event([]) + [0x20, 0x01], .unknownField), (event([]) + event([]), .repeated), ([0x08, 0x01], .wrongType),
        ([0x0A, 0x01, 0xFF], .invalidUTF8), (event([entry("a") { _ in }]), .noKind),
        (event([entry("a") { $0.alwaysDouble(2, .infinity) }]), .notFinite),
        (event([entry("a") { $0.alwaysDouble(2, .nan) }]), .notFinite),
        (event([entry("a") { $0.alwaysVarint(3, 1) }]), .wrongType),
        (event([entry("a") { $0.alwaysVarint(7, 1) }]), .unknownField),
        (
            event([
                entry("a") {
                    $0.alwaysVarint(1, 0)
                    $0.alwaysVarint(4, 1)
                }
            ]), .repeated
        ),
        (event([[0x12, 0x00]]), .unknownField), (event([nested(70)]), .tooDeep),
    ]

    private static func nested(_ depth: Int) -> [UInt8] {
        (0..<depth).reduce(entry("a") { $0.alwaysVarint(4, 1) }) { inner, _ in
            entry("a") { $0.message(5) { $0.append(inner) } }
        }
    }

    @Test(arguments: refused)
    func `what is not weir.v1.Event is refused`(_ bytes: [UInt8], _ problem: EventProtobufProblem) {
        #expect(throws: problem) { try EventProtobuf.json(of: bytes) }
    }

    @Test(arguments: values)
    func `an event that is cut is no event`(_ entry: [UInt8], _ json: String) {
        let bytes = Self.event([entry])
        for count in 0..<bytes.count {
            #expect(throws: MessageRefusal.self) { try SignedEvent(Array(bytes.prefix(count)), .protobuf) }
        }
    }
}
