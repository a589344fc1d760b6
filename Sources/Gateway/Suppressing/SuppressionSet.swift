import Timekeeping
import WeChat
import WeirPorts

/// Which recipients are suppressed, in as little memory as that takes: no openid, but a hash of each.
///
/// An entry is 20 bytes in a table that is filled to three quarters at most: 27 to 56 bytes with the table's empty places, 48 MB at a
/// million. The hash has a key of its process, so that nobody can choose openids that meet. That one of a million entries meets another
/// recipient by chance is as likely as one in 18,000,000,000,000 messages.
struct SuppressionSet: Sendable {
    /// A recipient and reach of an app.
    struct Key: Hashable, Sendable {
        fileprivate let hash: UInt64

        init(app: String, recipient: String, _ reach: SuppressionReach) {
            var hasher = Hasher()
            hasher.combine(app)
            hasher.combine(recipient)
            hasher.combine(reach)
            hash = UInt64(bitPattern: Int64(hasher.finalize()))
        }

        /// Whatever the reach.
        init(app: String, recipient: String) {
            var hasher = Hasher()
            hasher.combine(app)
            hasher.combine(recipient)
            hash = UInt64(bitPattern: Int64(hasher.finalize()))
        }
    }

    private struct Entry: Sendable {
        /// Seconds since 1970, rounded up.
        var until: UInt32
        /// 0 where a receipt said it.
        var errcode: Int32
        /// The app's place in `names`.
        var app: UInt32
    }

    /// By the last bits of the hash: a step of the sweep looks at one of them.
    private var parts = [[UInt64: Entry]](repeating: [:], count: SuppressionSet.partCount)
    private var nextPart = 0
    private var places: [String: UInt32] = [:]
    private var names: [String] = []
    private var counts: [Int] = []
    private(set) var count = 0

    static let partCount = 64

    /// Whether nothing is suppressed for the app.
    func isClear(app: String) -> Bool {
        places[app].map { counts[Int($0)] == 0 } ?? true
    }

    func find(_ key: Key, at now: Timestamp) -> SuppressedRecipient? {
        guard let entry = parts[SuppressionSet.part(of: key)][key.hash] else { return nil }
        let until = Timestamp(milliseconds: Int64(entry.until) * 1000)
        guard until > now else { return nil }
        return SuppressedRecipient(errcode: entry.errcode == 0 ? nil : Int(entry.errcode), until: until)
    }

    /// The first of them that there is.
    func find(anyOf keys: [Key], at now: Timestamp) -> SuppressedRecipient? {
        for key in keys {
            if let found = find(key, at: now) { return found }
        }
        return nil
    }

    mutating func insert(_ new: Suppression) {
        let key = Key(app: new.app, recipient: new.recipient, new.reach)
        let app = place(of: new.app)
        let seconds = max(0, new.until.milliseconds) / 1000 + (new.until.milliseconds % 1000 > 0 ? 1 : 0)
        let entry = Entry(
            until: UInt32(clamping: seconds),
            errcode: Int32(clamping: new.errcode ?? 0),
            app: app
        )
        let old = parts[SuppressionSet.part(of: key)].updateValue(entry, forKey: key.hash)
        if let old { counts[Int(old.app)] -= 1 } else { count += 1 }
        counts[Int(app)] += 1
    }

    mutating func remove(_ old: Suppression) {
        let key = Key(app: old.app, recipient: old.recipient, old.reach)
        guard let entry = parts[SuppressionSet.part(of: key)].removeValue(forKey: key.hash) else { return }
        counts[Int(entry.app)] -= 1
        count -= 1
    }

    /// Removes those whose time is over, of one part after the other: a look at all of them would hold up whoever asks.
    mutating func sweep(at now: Timestamp) {
        let seconds = now.milliseconds / 1000
        let part = nextPart
        nextPart = (nextPart + 1) % SuppressionSet.partCount
        let over = parts[part].filter { Int64($0.value.until) <= seconds }
        for (hash, entry) in over {
            parts[part][hash] = nil
            counts[Int(entry.app)] -= 1
            count -= 1
        }
    }

    /// How many there are of each app that ever had one.
    var countsByApp: [String: Int] {
        Dictionary(uniqueKeysWithValues: zip(names, counts))
    }

    private mutating func place(of app: String) -> UInt32 {
        if let place = places[app] { return place }
        let place = UInt32(clamping: names.count)
        names.append(app)
        counts.append(0)
        places[app] = place
        return place
    }

    private static func part(of key: Key) -> Int {
        Int(truncatingIfNeeded: key.hash & UInt64(partCount - 1))
    }
}
