internal import NIOCore

/// A request's body at the moment when its handler starts.
enum RequestBody: Sendable {
    /// All of it was there with the headers.
    case complete(ByteBuffer)

    /// Some of it is still to come.
    case arriving(BodyStream)
}
