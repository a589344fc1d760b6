/// Why no whole reply arrived.
public struct TransportFailure: Error, Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// The host's name could not be resolved.
        case resolve
        /// No connection could be made, in time or at all.
        case connect
        /// The connection could not be secured, or the certificate is not the host's.
        case tls
        /// The request's time was over.
        case timeout
        /// The connection broke, or closed before the reply was whole.
        case reset
        /// What came back is not HTTP.
        case malformed
        /// The reply is longer than the request allowed.
        case tooLarge
        /// The caller cancelled.
        case cancelled
        /// The transport is shutting down or refused the request as given; nothing was sent.
        case refused
    }

    public var kind: Kind
    /// Whether any byte of the request may have reached the upstream. When false, a repeat is always safe.
    public var bytesLeft: Bool
    /// The library's own words, without URL, header or body.
    public var detail: String

    public init(_ kind: Kind, bytesLeft: Bool, detail: String = "") {
        self.kind = kind
        self.bytesLeft = bytesLeft
        self.detail = detail
    }
}
