/// Where label values go that find no room in a family: into children that keep some of the labels, the others being `other`.
///
/// A family tries its overflows in order, and ends with the child whose values are all `other`. One for (`app`, `api`) that keeps
/// `app` counts too many apis under `api="other"`, and still tells one app from another.
public struct LabelOverflow: Equatable, Sendable {
    /// The labels whose values stay as they are.
    public var keeps: Set<String>

    /// The labels of whose values the part up to the first `~` stays: `main~api.weixin.qq.com~message` becomes `main~other`.
    public var shortens: Set<String>

    /// How many children of this kind there may be, beside the family's others.
    public var maximum: Int

    /// An overflow of at most `maximum` children.
    public init(keeps: Set<String>, shortens: Set<String> = [], maximum: Int) {
        self.keeps = keeps
        self.shortens = shortens
        self.maximum = maximum
    }

    /// The key of the child that stands for `key`.
    func key(for key: [String], names: [String]) -> [String] {
        zip(names, key).map { name, value in
            if keeps.contains(name) { return value }
            guard shortens.contains(name), let end = value.firstIndex(of: "~") else { return Self.other }
            return value[...end] + Self.other
        }
    }

    static let other = "other"
}

/// The label values that found no room in a family, each counted once, in bounded memory.
struct RefusedKeys {
    /// How many are told apart; those that come when so many are known count no more.
    static let maximum = 10_000

    private var hashes: Set<Int> = []

    /// Whether these values are new.
    mutating func insert(_ key: [String]) -> Bool {
        hashes.count < Self.maximum && hashes.insert(key.hashValue).inserted
    }
}
