import Foundation

/// Tells one version of a file from another.
struct FileStamp: Equatable, Sendable {
    var modified: Date?
    var size: Int64?
    var inode: UInt64?
}
