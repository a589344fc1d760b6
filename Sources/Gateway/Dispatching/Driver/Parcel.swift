import WeirPorts

/// A waiting message's body with where its attempts belong.
struct Parcel: Sendable {
    var body: [UInt8]
    var trail: Trail

    init(body: [UInt8], trail: Trail) {
        self.body = body
        self.trail = trail
    }

    init(_ stored: StoredBody) {
        self.init(body: stored.bytes, trail: Trail(traceparent: stored.traceparent))
    }
}
