import Testing
import WireJSON

@Suite struct CanonicalJSONTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try CanonicalJSON.canonicalBytes(of: Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        (
            #" { "b" : 1 , "a" : [ 1 , 2.50 , { "d":null , "c":true } ] } "#,
            #"{"a":[1,2.50,{"c":true,"d":null}],"b":1}"#
        ),
        (#"{"a":{"z":1,"y":2},"A":3}"#, #"{"A":3,"a":{"y":2,"z":1}}"#),
        (#"{"\u0062":"\u4f60\/\ud83d\ude00","a":"x\"\\\n\u001f"}"#, #"{"a":"x\"\\\u000a\u001f","b":"你/😀"}"#),
        (#"{"a":1,"b":2,"a":3,"\u0061":4}"#, #"{"a":4,"b":2}"#),
        (#"{"a":1,"a":1}"#, #"{"a":1}"#),
        (#"{"b":{"a":1,"a":2},"a":0,"b":3}"#, #"{"a":0,"b":3}"#),
        ("{}", "{}"), (" [ ] ", "[]"), (#"[{},[],"",0]"#, #"[{},[],"",0]"#), (#""\u0000""#, #""\u0000""#),
        (#"{"ab":1,"a":2,"":3}"#, #"{"":3,"a":2,"ab":1}"#), ("1.0", "1.0"), (#"{"a\"":1,"a":2}"#, #"{"a":2,"a\"":1}"#),
    ])
    func `members are sorted, white space dropped and strings written one way`(_ text: String, _ expected: String)
        throws
    {
        #expect(try canonical(text) == expected)
        #expect(try canonical(expected) == expected)
    }

    @Test func `texts that differ in a value stay apart`() throws {
        let texts = [
            #"{"a":1}"#, #"{"a":1.0}"#, #"{"a":"1"}"#, #"{"a":[1]}"#, #"{"a":null}"#, #"{"a":true}"#, "{}", "[]",
        ]
        #expect(Set(try texts.map(canonical)).count == texts.count)
    }

    @Test func `the order of many members doesn't matter`() throws {
        let members = (0..<500).map { "\"k\($0)\":{\"b\":\($0),\"a\":0}" }
        let forward = try canonical("{" + members.joined(separator: ",") + "}")
        #expect(try canonical("{ " + members.reversed().joined(separator: " ,\n") + "}") == forward)
    }

    @Test(arguments: ["", "{", #"{"a":"\ud800"}"#, "{}x", "\u{FEFF}{}"])
    func `only strict JSON has a canonical form`(_ text: String) {
        #expect(throws: JSONProblem.self) { try canonical(text) }
    }
}
