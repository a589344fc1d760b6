import TestSupport
import Testing
import WeChat

/// `docs/errcodes.md` says of each code what the table says.
@Suite struct ErrorCodePageTests {
    /// The first table of the page: codes by outcome, but for those that are the request's, which are all others.
    private static func codes() throws -> [Int: String] {
        var codes: [Int: String] = [:]
        for line in try Checkout.text("docs/errcodes.md").split(separator: "\n") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count == 4, let outcome = cells[1].split(separator: "`").dropFirst().first else { continue }
            // What stands in brackets are words about the codes.
            let listed = String(cells[2]).replacing(/\([^)]*\)/, with: "")
            for number in listed.matches(of: /-?\d+/) {
                if let code = Int(number.output) { codes[code] = String(outcome) }
            }
        }
        return codes
    }

    @Test func `the page has every code that is not the request's, under its outcome`() throws {
        let known = ErrorCodeTable.all.filter { $0.outcome != .request }
        let table = Dictionary(known.map { ($0.code, $0.outcome.rawValue) }) { first, _ in first }
        let page = try Self.codes()
        let missing = Set(table.keys).subtracting(page.keys).sorted()
        #expect(missing == [])
        let wrong = page.filter { code, outcome in (table[code] ?? "request") != outcome }.keys.sorted()
        #expect(wrong == [])
    }
}
