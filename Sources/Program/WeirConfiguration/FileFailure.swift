/// Why a file could not be read.
public enum FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such file.
    case missing
    /// It is a folder.
    case folder
    /// The process may not read it.
    case denied
    /// Anything else.
    case unreadable

    /// A phrase that follows the file's path.
    public var description: String {
        switch self {
        case .missing: "does not exist"
        case .folder: "is a folder"
        case .denied: "may not be read by this process"
        case .unreadable: "cannot be read"
        }
    }
}
