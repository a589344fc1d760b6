import Addressing
import Foundation
import TestSupport
import Testing

/// Foundation's reading and writing as the oracle.
@Suite struct PercentEncodingTests {
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `any text is escaped and read back`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &chance)) }
            let text = String(String.UnicodeScalarView(scalars))
            let escaped = PercentEncoding.escape(text)
            #expect(escaped == text.addingPercentEncoding(withAllowedCharacters: Self.unreserved))
            #expect(PercentEncoding.decode(escaped[...]) == text)
        }
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `whatever stands behind a percent sign is decoded as Foundation does, if both can read it`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        let characters = Array("%%%%%0123459abcdefABCDEFgz+é漢 ")
        for _ in 0..<500 {
            let text = String((0..<9).compactMap { _ in characters.randomElement(using: &chance) })
            let decoded = PercentEncoding.decode(text[...])
            // Foundation mends some escapes that are no UTF-8; where both read something, it is the same.
            guard let decoded, let expected = text.removingPercentEncoding else { continue }
            #expect(decoded == expected, "\(text)")
        }
    }

    @Test(arguments: ["%", "%4", "a%", "%zz", "%4g", "%FF", "%C3", "%E2%82", "%ED%A0%80"])
    func `broken escapes and what is no UTF-8 are refused`(text: String) {
        #expect(PercentEncoding.decode(text[...]) == nil)
    }
}
