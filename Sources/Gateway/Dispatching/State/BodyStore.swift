import Queueing
import WeirPorts

/// Bodies of messages that will be sent soon, so that the usual message is never read back from disk. Bounded: what finds no room is
/// read when its attempt starts.
struct BodyStore: Sendable {
    /// Bytes that it may take at most.
    let limit: Int
    private var parcels: [JobID: Parcel] = [:]
    private(set) var bytes = 0

    init(limit: Int) {
        self.limit = limit
    }

    func contains(_ id: JobID) -> Bool {
        parcels[id] != nil
    }

    mutating func keep(_ parcel: Parcel, for id: JobID) {
        guard bytes + parcel.size <= limit, parcels[id] == nil else { return }
        parcels[id] = parcel
        bytes += parcel.size
    }

    mutating func take(_ id: JobID) -> Parcel? {
        guard let parcel = parcels.removeValue(forKey: id) else { return nil }
        bytes -= parcel.size
        return parcel
    }
}

/// A waiting message's body with where its attempts belong.
struct Parcel: Sendable {
    var body: [UInt8]
    var trail: Trail

    init(body: [UInt8], trail: Trail) {
        self.body = body
        self.trail = trail
    }

    /// Bytes that it takes: its body, and about as much as its trail and its place in a dictionary have.
    var size: Int { body.count + 256 }

    init(_ stored: StoredBody) {
        var trail = Trail(traceparent: stored.traceparent)
        trail.client = stored.client
        self.init(body: stored.bytes, trail: trail)
    }
}
