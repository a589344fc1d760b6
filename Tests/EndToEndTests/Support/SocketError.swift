/// Why a connection was of no use.
enum SocketError: Error, Equatable {
    /// Nobody listens: nothing was sent.
    case refused
    /// The other side ended the connection: whether it acted is not known.
    case closed
    /// No byte came for a minute.
    case silent
    case failed(Int32)
}
