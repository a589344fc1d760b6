import Crypto
import Foundation
import Testing

@testable import Eventing

@Suite struct EventSignatureTests {
    private static let body = Array(#"{"event_type":"t","payload":{}}"#.utf8)

    private static func signed(_ body: [UInt8] = body, timestamp: String = "1795190400", secret: String) -> String {
        let text = Data((timestamp + ".").utf8) + Data(body)
        let code = HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: Data(secret.utf8)))
        return "v1=" + code.map { String(format: "%02x", $0) }.joined()
    }

    private func signature(_ text: String, timestamp: String = "1795190400") throws -> EventSignature {
        try #require(EventSignature(client: "shop", timestamp: timestamp, signature: text))
    }

    @Test func `each of the secrets makes it, and no other`() throws {
        for secret in ["new", "old"] {
            let signature = try signature(Self.signed(secret: secret))
            #expect(signature.isMade(over: Self.body, by: ["new", "old"]))
            #expect(!signature.isMade(over: Self.body, by: ["another"]))
            #expect(!signature.isMade(over: Self.body, by: []))
            #expect(!signature.isMade(over: Self.body + [0], by: ["new", "old"]))
        }
    }

    @Test func `no other text is as good as the right one`() throws {
        let right = Self.signed(secret: "s")
        let others = [
            right.uppercased(), "V1" + right.dropFirst(2), String(right.dropLast()), right + "0",
            String(right.dropFirst(3)), " " + right,
            "v1=", "v1=" + String(repeating: "é", count: 32), "v1=" + String(repeating: "g", count: 64),
        ]
        for other in others where other != right {
            #expect(!(try signature(other).isMade(over: Self.body, by: ["s"])), "\(other)")
        }
    }

    @Test(arguments: [
        ("1795190400", 1_795_190_400), ("0", 0), ("", nil), ("-1", nil), ("1.5", nil), ("1e3", nil),
        ("9999999999999", nil),
    ])
    func `a timestamp is a number of seconds`(_ text: String, _ seconds: Int64?) {
        #expect(EventSignature(client: "c", timestamp: text, signature: "v1=")?.seconds == seconds)
    }

    @Test func `without one of the three there is no signature`() {
        #expect(EventSignature(client: nil, timestamp: "1", signature: "v1=") == nil)
        #expect(EventSignature(client: "c", timestamp: nil, signature: "v1=") == nil)
        #expect(EventSignature(client: "c", timestamp: "1", signature: nil) == nil)
        #expect(EventSignature(client: "c", timestamp: "1", signature: "") == nil)
    }
}
