/// The room for relayed calls that wait: how many, and how many bytes their bodies take, in all and by client.
///
/// No client fills it: whoever has calls waiting may add one only while its share is less than three times what is free
/// (``SlotShares``). Small bodies take places but no bytes, so that an urgent call of a few bytes finds room beside uploads.
struct WaitingRoom: Sendable {
    struct Share: Equatable, Sendable {
        var calls = 0
        var bytes = 0
    }

    /// Bodies up to this size, in bytes, take no bytes.
    static let smallBody = 16 << 10

    private(set) var total = Share()
    private var clients: [String: Share] = [:]

    func share(of client: String) -> Share { clients[client] ?? Share() }

    /// Lets a call wait, if there is room for it.
    mutating func enter(_ client: String, bytes: Int, maxCalls: Int, maxBytes: Int) -> Bool {
        let bytes = WaitingRoom.charged(bytes)
        let own = share(of: client)
        guard total.calls < maxCalls, allows(own.calls, 1, total.calls, of: maxCalls) else { return false }
        // One that is larger than all the room goes alone.
        if bytes > 0, total.bytes > 0 {
            guard bytes <= maxBytes - total.bytes, allows(own.bytes, bytes, total.bytes, of: maxBytes) else {
                return false
            }
        }
        add(client, calls: 1, bytes: bytes)
        return true
    }

    /// The call goes on its way, or has ended.
    mutating func leave(_ client: String, bytes: Int) {
        add(client, calls: -1, bytes: -WaitingRoom.charged(bytes))
    }

    /// A call that had gone on its way waits again: it is never sent away.
    mutating func reenter(_ client: String, bytes: Int) {
        add(client, calls: 1, bytes: WaitingRoom.charged(bytes))
    }

    private mutating func add(_ client: String, calls: Int, bytes: Int) {
        total.calls += calls
        total.bytes += bytes
        var own = share(of: client)
        own.calls += calls
        own.bytes += bytes
        clients[client] = own == Share() ? nil : own
    }

    private func allows(_ own: Int, _ more: Int, _ taken: Int, of size: Int) -> Bool {
        let free = size - taken
        return own == 0 || own + more <= max(1, free) * SlotShares.factor
    }

    private static func charged(_ bytes: Int) -> Int { bytes <= smallBody ? 0 : bytes }
}
