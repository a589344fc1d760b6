import HTTPServing
import Weir

/// A request's body as the transport reads it: the listener's reader behind the port.
struct ArrivingUpload: StreamedBody {
    let reader: BodyReader

    var length: Int { reader.length }

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart {
        switch reader.read(upTo: limit, orWake: wake) {
        case .bytes(let bytes): .bytes(bytes)
        case .later: .later
        case .failed: .failed
        }
    }
}
