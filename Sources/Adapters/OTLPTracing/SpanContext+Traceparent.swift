extension SpanContext {
    /// `version-traceid-parentid-flags` of version 00 (https://www.w3.org/TR/trace-context/), such as
    /// `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
    public var traceparent: String {
        var text: [UInt8] = []
        text.reserveCapacity(55)
        text += Array("00-".utf8)
        Hexadecimal.append(traceID.high, to: &text)
        Hexadecimal.append(traceID.low, to: &text)
        text.append(UInt8(ascii: "-"))
        Hexadecimal.append(spanID.value, to: &text)
        text += Array((isSampled ? "-01" : "-00").utf8)
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads what another process sent.
    ///
    /// A version above 00 may have more parts after the flags; version ff, ids of zeros, capital letters and any other
    /// form are refused.
    public init?(traceparent: String, traceState: String? = nil) {
        let bytes = Array(traceparent.utf8)
        guard bytes.count >= 55, [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            let version = Hexadecimal.number(bytes[0..<2]), version != 0xFF,
            bytes.count == 55 || version > 0 && bytes[55] == UInt8(ascii: "-"),
            let high = Hexadecimal.number(bytes[3..<19]), let low = Hexadecimal.number(bytes[19..<35]),
            let parent = Hexadecimal.number(bytes[36..<52]), let flags = Hexadecimal.number(bytes[53..<55]),
            let traceID = TraceID(high: high, low: low), let spanID = SpanID(parent)
        else { return nil }
        self.init(
            traceID: traceID,
            spanID: spanID,
            isSampled: flags & 1 == 1,
            isRemote: true,
            traceState: traceState
        )
    }
}
