internal import NIOCore
internal import NIOHTTP1

/// A request's body at the moment when its handler starts.
enum RequestBody: Sendable {
    /// All of it was there with the headers.
    case complete(ByteBuffer)

    /// Some of it is still to come.
    case arriving(BodyStream)

    /// Bytes of it, as far as that is known: `Int.max` where it is not.
    func length(declared head: HTTPRequestHead) -> Int {
        switch self {
        case .complete(let bytes): bytes.readableBytes
        case .arriving: head.headers.first(name: "content-length").flatMap { Int($0) } ?? .max
        }
    }
}
