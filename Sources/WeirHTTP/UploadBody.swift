import HTTPServing
import Weir

/// A request's body as it arrives, for the upstream.
struct UploadBody: StreamedBody {
    let reader: BodyReader

    var length: Int { reader.length }

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart {
        switch reader.read(upTo: limit, orWake: wake) {
        // Nothing is left: whoever asks beyond the end waits for nothing that comes.
        case .bytes(let bytes): bytes.isEmpty ? .failed : .bytes(bytes)
        case .later: .later
        case .failed: .failed
        }
    }
}
