import CCurl
import WeirPorts

/// What libcurl is told of a request's method and body.
struct RequestShape: Equatable {
    enum Body: Equatable {
        /// No body, no Content-Length.
        case none
        /// Short: written together with the head, which halves the work of sending it.
        case whole
        /// Long, or still on its way: asked for piece by piece.
        case read
    }

    let method: String
    let body: Body

    init(_ request: UpstreamRequest) {
        method = request.method
        // A POST without Content-Length is answered with 412.
        let needsBody = request.body != nil || ["POST", "PUT", "PATCH"].contains(request.method)
        if let stream = request.stream {
            // Also a short one is not there yet. By libcurl's ways an empty one must not be asked for.
            body = stream.length > 0 ? .read : .whole
        } else {
            body = !needsBody ? .none : request.body?.count ?? 0 <= BodyBuffer.capacity ? .whole : .read
        }
    }

    func apply(to easy: borrowing EasyHandle, buffer: borrowing BodyBuffer) {
        let ownName: String
        if body != .none {
            easy.set(CURLOPT_POST, 1)
            _ = unsafe ccurl_set_pointer(easy.pointer, CURLOPT_POSTFIELDS, body == .whole ? buffer.pointer : nil)
            ownName = "POST"
        } else if method == "HEAD" {
            easy.set(CURLOPT_NOBODY, 1)
            ownName = "HEAD"
        } else {
            easy.set(CURLOPT_HTTPGET, 1)
            ownName = "GET"
        }
        easy.set(CURLOPT_CUSTOMREQUEST, method == ownName ? nil : method)
    }
}
