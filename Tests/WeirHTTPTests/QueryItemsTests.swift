import Testing

@testable import WeirHTTP

struct QueryItemsTests {
    @Test(arguments: [
        ("state=dead&state=failed", "state", ["dead", "failed"]),
        ("to=a%2Bb+c", "to", ["a+b c"]),
        ("to", "to", [""]),
        ("", "to", []),
    ])
    func `items are decoded, and a name may come again`(query: String, name: String, values: [String]) {
        #expect(QueryItems(query).all(name) == values)
    }
}
