import Queueing

/// The clients by name and by the small number that a job carries. A name keeps its number over reloads, also one whose client is gone:
/// messages of it may be left.
struct ShareTable: Sendable {
    private var shares: [String: ShareID] = [:]
    /// By number. Names that came after the last update are not in it, and have 1.
    private(set) var weights = [1]

    init(_ settings: DispatchSettings) {
        update(settings)
    }

    /// Takes over other weights.
    mutating func update(_ settings: DispatchSettings) {
        for name in settings.weights.keys.sorted() { _ = share(of: name) }
        weights = [Int](repeating: 1, count: shares.count + 1)
        for (name, share) in shares { weights[Int(share.number)] = settings.weights[name] ?? 1 }
    }

    /// The share of a client. Beyond 65,535 names they have one together.
    mutating func share(of client: String) -> ShareID {
        if let share = shares[client] { return share }
        guard let number = UInt16(exactly: shares.count + 1) else { return .common }
        let share = ShareID(number)
        shares[client] = share
        return share
    }
}
