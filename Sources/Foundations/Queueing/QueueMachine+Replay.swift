extension QueueMachine {
    /// A record says that this job was leased, whichever lane's turn it was.
    mutating func takeIfWaiting(_ id: JobID) {
        guard let slot = index.slot(of: id, in: slots), slots[Int(slot)].state != .inFlight else { return }
        take(slot)
    }
}
