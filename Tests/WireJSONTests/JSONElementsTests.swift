import Testing
import WireJSON

struct JSONElementsTests {
    private func texts(_ json: String, upTo limit: Int = 10) throws -> [String] {
        let bytes = Array(json.utf8)
        return try JSONScanner.elements(of: bytes, rules: .strict, upTo: limit).map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
    }

    @Test func `elements are found as they are written`() throws {
        #expect(
            try texts(#" [ 1 ,{"a":[2,3]}, "x,]" ,null,[ ] ] "#) == ["1", #"{"a":[2,3]}"#, #""x,]""#, "null", "[ ]"]
        )
        #expect(try texts("[]").isEmpty && texts("[ ]").isEmpty)
    }

    @Test func `one more than the limit says that there are more, and the rest is not looked at`() throws {
        #expect(try texts("[1,2,3,no json at all", upTo: 2) == ["1", "2", "3"])
        #expect(try texts("[1,2]", upTo: 2) == ["1", "2"])
    }

    @Test(arguments: [
        ("", JSONProblem.Reason.unexpectedEnd), ("[", .unexpectedEnd), ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd),
        ("[1 2]", .unexpectedByte), ("[,1]", .unexpectedByte), ("[1,]", .unexpectedByte), ("[1]x", .trailingBytes),
        ("{}", .notAnArray), ("7", .notAnArray), ("[\"\u{1}\"]", .controlCharacter),
    ])
    func `what is no array is refused with the reason`(_ json: String, _ reason: JSONProblem.Reason) {
        #expect { try texts(json) } throws: { ($0 as? JSONProblem)?.reason == reason }
    }

    @Test func `an object keeps a bounded number of members in mind`() {
        func object(_ count: Int) -> [UInt8] {
            Array(("{" + Array(repeating: "\"a\":0", count: count).joined(separator: ",") + "}").utf8)
        }
        #expect((try? JSONObjectView(object(JSONObjectView.mostMembers)))?.members.count == JSONObjectView.mostMembers)
        #expect { try JSONObjectView(object(JSONObjectView.mostMembers + 1)) } throws: {
            ($0 as? JSONProblem)?.reason == .tooManyMembers
        }
    }
}
