/// Chooses a share of the traces by their ids, so that every process with the same ratio chooses the same ones
/// (OpenTelemetry's TraceIdRatioBased; the arithmetic is that of its Go implementation).
struct RatioSampler: Sendable {
    private let bound: UInt64

    /// - Parameter ratio: 0 for none to 1 for all; what lies outside counts as the nearer end.
    init(ratio: Double) {
        let clamped = ratio > 0 ? min(ratio, 1) : 0
        bound = UInt64(clamped * 0x1p63)
    }

    func isSampled(_ id: TraceID) -> Bool {
        id.low >> 1 < bound
    }
}
