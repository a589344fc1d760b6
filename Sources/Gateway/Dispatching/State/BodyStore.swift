import Queueing
import WeirPorts

/// Bodies of messages that will be sent soon, so that the usual message is never read back from disk. Bounded: what finds no room is
/// read when its attempt starts.
struct BodyStore: Sendable {
    /// Bytes of bodies kept at most.
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
        guard bytes + parcel.body.count <= limit, parcels[id] == nil else { return }
        parcels[id] = parcel
        bytes += parcel.body.count
    }

    mutating func take(_ id: JobID) -> Parcel? {
        guard let parcel = parcels.removeValue(forKey: id) else { return nil }
        bytes -= parcel.body.count
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

    init(_ stored: StoredBody) {
        self.init(body: stored.bytes, trail: Trail(traceparent: stored.traceparent))
    }
}
