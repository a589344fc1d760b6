/// Finds a job's slot by its id: open addressing with linear probing over eight-byte cells, the ids staying in the slots.
///
/// Removal shifts what follows back into the gap (Knuth, TAOCP 6.4, Algorithm R), so that it never degrades. Ids are made by
/// Weir itself, which is why the hash need not be keyed.
struct SlotIndex: Sendable {
    /// Upper half: the hash. Lower half: the slot plus 1. All zero: free.
    private var cells = [UInt64](repeating: 0, count: 16)
    private(set) var count = 0

    func slot(of id: JobID, in slots: [Slot]) -> Int32? {
        guard let position = position(of: id, in: slots) else { return nil }
        return SlotIndex.slot(cells[position])
    }

    /// Adds an id that is not in yet.
    mutating func insert(_ id: JobID, slot: Int32) {
        if (count + 1) * 4 > cells.count * 3 { grow() }
        place(UInt64(SlotIndex.hash(id)) << 32 | UInt64(slot + 1))
        count += 1
    }

    mutating func remove(_ id: JobID, in slots: [Slot]) {
        guard var gap = position(of: id, in: slots) else { return }
        let mask = cells.count - 1
        var probe = gap
        while true {
            probe = (probe + 1) & mask
            let cell = cells[probe]
            guard cell != 0 else { break }
            if (probe - home(cell)) & mask >= (probe - gap) & mask {
                cells[gap] = cell
                gap = probe
            }
        }
        cells[gap] = 0
        count -= 1
    }

    private func position(of id: JobID, in slots: [Slot]) -> Int? {
        let hash = SlotIndex.hash(id)
        let mask = cells.count - 1
        var position = home(UInt64(hash) << 32)
        while cells[position] != 0 {
            let cell = cells[position]
            if UInt32(truncatingIfNeeded: cell >> 32) == hash, slots[Int(SlotIndex.slot(cell))].job.id == id {
                return position
            }
            position = (position + 1) & mask
        }
        return nil
    }

    private mutating func grow() {
        let old = cells
        cells = [UInt64](repeating: 0, count: old.count * 2)
        for cell in old where cell != 0 { place(cell) }
    }

    private mutating func place(_ cell: UInt64) {
        let mask = cells.count - 1
        var position = home(cell)
        while cells[position] != 0 { position = (position + 1) & mask }
        cells[position] = cell
    }

    private func home(_ cell: UInt64) -> Int {
        Int(truncatingIfNeeded: cell >> UInt64(cells.count.leadingZeroBitCount + 1))
    }

    private static func slot(_ cell: UInt64) -> Int32 {
        Int32(truncatingIfNeeded: cell & 0xFFFF_FFFF) - 1
    }

    private static func hash(_ id: JobID) -> UInt32 {
        let mixed = (id.rawValue ^ id.rawValue >> 32) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}
