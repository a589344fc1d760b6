internal import Foundation
internal import WeirPorts

extension JournalError {
    /// What an error number of the operating system's says about `what`.
    init(_ code: Int32, _ what: String) {
        let detail = unsafe "\(what): \(String(cString: strerror(code)))"
        switch code {
        case EACCES, EPERM, EROFS: self = .readOnly(detail)
        case ENOSPC, EDQUOT: self = .full(detail)
        default: self = .failed(detail)
        }
    }
}
