/// The ready jobs of one lane and priority: those of a share in the order in which they became ready, and the shares in turn, by weight.
///
/// Start-time fair queueing (Goyal, Vin and Cheng, "Start-time Fair Queueing", 1996) with each job of the same length: a share that has
/// jobs for the first time starts where the others are now, so that it neither waits for what they have nor makes good for the time
/// in which it had none. A million jobs of one share let ten of another through among the next twenty.
///
/// A change costs a look at each share that has jobs here. One share alone costs no more than a list.
struct ShareLine: Sendable {
    /// What one share has here.
    private struct Part: Sendable {
        let share: ShareID
        var list = SlotList()
        var count = 0
        /// The turn that was given out last.
        var turn: Int64
        /// When its next job starts, in the line's own time: each job moves it on by `unit` divided by the share's weight.
        var start: Int64
        /// Of its first job.
        var first = Front(slot: SlotList.none, since: .max, id: .max)
    }

    /// A part's first job, with what decides between parts.
    struct Front: Equatable, Sendable {
        var slot: Int32
        var since: Int64
        var id: UInt64

        static func < (left: Front, right: Front) -> Bool { (left.since, left.id) < (right.since, right.id) }
    }

    /// What a job of weight 1 takes of the line's time.
    private static let unit: Int64 = 1 << 20

    /// One of each share that has jobs here, or had some until just now.
    private var parts: [Part] = []
    /// When the job that was taken last started.
    private var time: Int64 = 0
    private var nextPart = 0
    private var oldestPart = 0

    /// Whose turn it is; `SlotList.none` where nobody is here.
    var next: Int32 { parts.isEmpty ? SlotList.none : parts[nextPart].first.slot }

    /// The job that has been ready longest, of those that are first of a share.
    var oldest: Front? { parts.isEmpty ? nil : parts[oldestPart].first }

    var isEmpty: Bool { parts.isEmpty }

    /// About how many jobs go before one that waits here: those of its own share, and of the others as many as have their turns
    /// meanwhile. `nil` where no other share has any.
    func ahead(of slot: Slot, _ slots: [Slot], _ weights: [Int]) -> Int? {
        guard parts.count > 1, let place = index(of: slot.job.share) else { return nil }
        let part = parts[place]
        guard part.count > 0 else { return nil }
        // What left in between without having its turn is still counted.
        let own = min(part.count - 1, Int(clamping: slot.turn - slots[Int(part.first.slot)].turn))
        let start = part.start.saturatingAdd(Int64(clamping: own) * ShareLine.step(part.share, weights))
        return parts.reduce(own) { sum, other in
            guard other.share != part.share, other.start <= start else { return sum }
            let turns = start.saturatingSubtract(other.start) / ShareLine.step(other.share, weights) + 1
            return sum + min(other.count, Int(clamping: turns))
        }
    }

    // MARK: Changes

    /// A job goes to the end of its share's.
    ///
    /// - Parameter turns: how many turns were ever given out, in any line.
    /// - Returns: its turn: those of one share count up by one.
    mutating func append(_ slot: Int32, _ links: inout [SlotList.Links], _ slots: [Slot], turns: Int64) -> Int64 {
        let place = place(of: slots[Int(slot)].job.share, turns: turns)
        parts[place].turn += 1
        insert(slot, before: SlotList.none, at: place, &links, slots)
        return parts[place].turn
    }

    /// A job goes back to where it was: at the head of its share's, but behind others that went back and had been ahead of it.
    mutating func putBack(_ slot: Int32, _ links: inout [SlotList.Links], _ slots: [Slot], turns: Int64) {
        let place = place(of: slots[Int(slot)].job.share, turns: turns)
        let turn = slots[Int(slot)].turn
        var next = parts[place].list.first
        while next != SlotList.none, slots[Int(next)].turn < turn { next = links[Int(next)].next }
        insert(slot, before: next, at: place, &links, slots)
    }

    /// A job leaves.
    ///
    /// - Parameter weights: where it leaves because it had its turn: what its share is charged by.
    mutating func remove(
        _ slot: Int32,
        _ links: inout [SlotList.Links],
        _ slots: [Slot],
        charging weights: [Int]? = nil
    ) {
        guard let place = index(of: slots[Int(slot)].job.share) else { return }
        parts[place].list.remove(slot, &links)
        parts[place].count -= 1
        if let weights {
            time = max(time, parts[place].start)
            parts[place].start += ShareLine.step(parts[place].share, weights)
        }
        look(at: place, slots)
        dropIdle()
        choose()
    }

    /// A job that had its turn did not go after all.
    mutating func giveBackTurn(of share: ShareID, _ weights: [Int]) {
        guard let place = index(of: share) else { return }
        parts[place].start = max(0, parts[place].start - ShareLine.step(share, weights))
        choose()
    }

    /// Who has nothing more here is remembered until the others have come as far: else it could come back before its turn.
    private mutating func dropIdle() {
        if parts.count > 1 { parts.removeAll { $0.list.isEmpty && $0.start <= time } }
        if parts.allSatisfy(\.list.isEmpty) { parts.removeAll(keepingCapacity: true) }
    }

    private mutating func insert(
        _ slot: Int32,
        before next: Int32,
        at place: Int,
        _ links: inout [SlotList.Links],
        _ slots: [Slot]
    ) {
        parts[place].list.insert(slot, before: next, &links)
        parts[place].count += 1
        guard parts[place].list.first == slot else { return }
        look(at: place, slots)
        choose()
    }

    // MARK: Parts

    private func index(of share: ShareID) -> Int? { parts.firstIndex { $0.share == share } }

    private mutating func place(of share: ShareID, turns: Int64) -> Int {
        if let index = index(of: share) {
            if parts[index].list.isEmpty { parts[index].start = max(parts[index].start, time) }
            return index
        }
        parts.append(Part(share: share, turn: turns, start: time))
        return parts.count - 1
    }

    private mutating func look(at place: Int, _ slots: [Slot]) {
        let slot = parts[place].list.first
        guard slot != SlotList.none else { return parts[place].first = Front(slot: slot, since: .max, id: .max) }
        let job = slots[Int(slot)]
        parts[place].first = Front(slot: slot, since: job.readySince, id: job.job.id.rawValue)
    }

    private mutating func choose() {
        (nextPart, oldestPart) = (0, 0)
        guard parts.count > 1 else { return }
        for (index, part) in parts.enumerated() where !part.list.isEmpty {
            let (next, oldest) = (parts[nextPart], parts[oldestPart])
            if next.list.isEmpty || part.start < next.start || part.start == next.start && part.first < next.first {
                nextPart = index
            }
            if oldest.list.isEmpty || part.first < oldest.first { oldestPart = index }
        }
    }

    /// What a job of the share takes of the line's time.
    private static func step(_ share: ShareID, _ weights: [Int]) -> Int64 {
        let weight = Int(share.number) < weights.count ? min(max(1, weights[Int(share.number)]), 1000) : 1
        return unit / Int64(weight)
    }
}
