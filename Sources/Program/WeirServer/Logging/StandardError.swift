import Foundation

/// Standard error, for logs and for what a command has to say to people.
enum StandardError {
    static let write: @Sendable ([UInt8]) -> Void = { line in
        // Nobody reads it any more: there is no place to report that to.
        try? FileHandle.standardError.write(contentsOf: Data(line))
    }

    static func print(_ text: String) {
        write(Array((text + "\n").utf8))
    }
}
