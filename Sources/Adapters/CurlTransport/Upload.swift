import CCurl
import WeirPorts

/// The body of a request while libcurl asks for it piece by piece.
struct Upload {
    /// What a piece came to.
    enum Piece: Equatable {
        /// So many bytes; 0 after the last one.
        case bytes(Int)
        case later
        case failed
    }

    private let body: [UInt8]
    private let stream: (any StreamedBody)?
    let length: Int
    /// Bytes handed to libcurl.
    private(set) var given = 0

    init() {
        body = []
        stream = nil
        length = 0
    }

    init(_ request: UpstreamRequest) {
        stream = request.stream
        body = stream == nil ? request.body ?? [] : []
        length = request.bodyLength
    }

    /// Copies the next bytes to `target`. After `later`, `wake` is called by any thread when there is more to read.
    mutating func give(to target: UnsafeMutableRawBufferPointer, wake: @escaping @Sendable () -> Void) -> Piece {
        let most = min(target.count, length - given)
        guard most > 0 else { return .bytes(0) }
        guard let stream else {
            unsafe body.withUnsafeBytes { source in
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[given..<given + most]))
            }
            given += most
            return .bytes(most)
        }
        switch stream.read(upTo: most, orWake: wake) {
        case .later: return .later
        case .bytes(let bytes) where (1...most).contains(bytes.count):
            unsafe target.copyBytes(from: bytes)
            given += bytes.count
            return .bytes(bytes.count)
        // None would be the end to libcurl, and more than asked for is none of this body's.
        case .bytes, .failed: return .failed
        }
    }
}

extension UpstreamRequest {
    /// What `Content-Length` says, if there is a body.
    var bodyLength: Int { stream?.length ?? body?.count ?? 0 }
}
