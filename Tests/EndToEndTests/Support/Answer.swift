import Foundation

/// An HTTP answer.
struct Answer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    var text: String {
        String(decoding: body, as: UTF8.self)
    }

    /// The body, where it is JSON.
    var json: JSONAny? {
        JSONAny(body)
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
