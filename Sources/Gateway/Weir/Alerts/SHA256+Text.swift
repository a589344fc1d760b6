import Crypto
internal import Foundation

extension SHA256 {
    /// Adds a text with its length, so that no two lists of texts run together into the same bytes.
    mutating func add(_ text: String) {
        update(data: Data("\(text.utf8.count):\(text)".utf8))
    }
}
