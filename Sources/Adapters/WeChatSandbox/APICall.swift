internal import Foundation

/// A request to one of WeChat's paths, read as far as anybody needs it.
struct APICall: Equatable, Sendable {
    var method: String
    var path: String
    var query: [String: String] = [:]
    var contentType: String?
    var isChunked = false
    var bodyLength = 0
    var rawBody: [UInt8] = []
    /// nil when the body isn't JSON.
    var json: JSON?

    /// A parameter of the query; an empty one is a missing one.
    func parameter(_ name: String) -> String? {
        query[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    static func parse(query: String?) -> [String: String] {
        guard let query, !query.isEmpty else { return [:] }
        var result: [String: String] = [:]
        // By bytes: splitting by characters costs more than all the rest of a call.
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            result[decode(Substring(pair[..<end]))] = decode(Substring(pair[end...].dropFirst()))
        }
        return result
    }

    private static func decode(_ text: Substring) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}
