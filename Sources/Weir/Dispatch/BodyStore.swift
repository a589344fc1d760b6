import Queueing

/// Bodies of messages that will be sent soon, so that the usual message is never read back from disk. Bounded: what finds no room is
/// read when its attempt starts.
struct BodyStore: Sendable {
    /// Bytes of bodies kept at most.
    let limit: Int
    private var bodies: [JobID: [UInt8]] = [:]
    private(set) var bytes = 0

    init(limit: Int) {
        self.limit = limit
    }

    func contains(_ id: JobID) -> Bool {
        bodies[id] != nil
    }

    mutating func keep(_ body: [UInt8], for id: JobID) {
        guard bytes + body.count <= limit, bodies[id] == nil else { return }
        bodies[id] = body
        bytes += body.count
    }

    mutating func take(_ id: JobID) -> [UInt8]? {
        guard let body = bodies.removeValue(forKey: id) else { return nil }
        bytes -= body.count
        return body
    }
}
