import Foundation

/// A request as a scripted upstream got it.
struct ScriptedRequest: Sendable {
    var method: String
    /// The target as it came, query included.
    var target: String
    var headers: [(name: String, value: String)]
    /// The first 64 KiB of the body.
    var body: [UInt8] = []
    /// Of the whole body, FNV-1a, and its length.
    var checksum = Checksum()
    /// Which request of its path it is, from 1.
    var number = 0
    /// Since the upstream's start.
    var at: Duration = .zero

    var path: String { String(target.prefix { $0 != "?" }) }
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    /// A member of the JSON body.
    func member(_ name: String) -> String? {
        JSONAny(body)?[name]?.string
    }
}
