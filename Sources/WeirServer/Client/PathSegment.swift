import Foundation

/// Text on its way into a URL.
enum PathSegment {
    static func escape(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }
}
