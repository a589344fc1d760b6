import WeChat

/// A number that is equal for calls of equal content: what tells one call that is refused again and again from two different ones.
enum CallFingerprint {
    /// - Parameters:
    ///   - target: the call's target without its token.
    ///   - body: a client_msg_id in it is left out, as Weir gives each call another.
    static func make(target: String, body: [UInt8]) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(target)
        let id = ClientMessageID.find(in: body).map { Array($0.utf8) } ?? []
        if !id.isEmpty, let range = body.firstRange(of: id) {
            hasher.combine(body[..<range.lowerBound])
            hasher.combine(body[range.upperBound...])
        } else {
            hasher.combine(body[...])
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
