public import Queueing

/// Somebody whom an app sends to.
public struct Person: Hashable, Sendable {
    /// The app's name in the configuration.
    public var app: String
    /// The openid. It is nothing for a log.
    public var recipient: String

    /// Checks nothing.
    public init(app: String, recipient: String) {
        self.app = app
        self.recipient = recipient
    }
}

extension Person {
    /// Whether a text names the person: the openid stands there whole, and not as a part of a longer one.
    public func isNamed(in text: [UInt8]) -> Bool {
        let sought = Array(recipient.utf8)
        guard let first = sought.first, text.count >= sought.count else { return false }
        for start in 0...(text.count - sought.count) where text[start] == first {
            let end = start + sought.count
            guard text[start..<end].elementsEqual(sought) else { continue }
            let isWhole = start == 0 || !Person.isOfOpenID(text[start - 1])
            if isWhole, end == text.count || !Person.isOfOpenID(text[end]) { return true }
        }
        return false
    }

    /// A letter, a digit, `_` or `-`.
    private static func isOfOpenID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// What one write removes of what is kept of a person.
public struct Erasure: Equatable, Sendable {
    /// Whose it is. What is not theirs stays, whatever is named.
    public var person: Person
    /// Messages, at most ``mostAtOnce``. One that waits or is on its way stays, and one whose client is still to be told of its end.
    public var messages: [JobID]
    /// The places of deliveries, at most ``mostAtOnce``. One that waits, or does not tell of the person, stays.
    public var deliveries: [Int64]

    /// Rows of each kind that one write takes, so that it holds up no other for long.
    public static let mostAtOnce = 200

    /// By default nothing.
    public init(of person: Person, messages: [JobID] = [], deliveries: [Int64] = []) {
        self.person = person
        self.messages = messages
        self.deliveries = deliveries
    }
}

/// What deliveries keep of a person.
public struct PersonTraces: Equatable, Sendable {
    /// The places of those that were given up and tell of the person, at most ``mostDead`` of them.
    public var dead: [Int64]
    /// Messages to the person whose end their client is still to be told.
    public var untold: Set<JobID>
    /// Events about the person that subscribers are still to be told.
    public var waitingEvents: Int

    /// Given up deliveries that one question finds.
    public static let mostDead = 1_000

    /// By default nothing.
    public init(dead: [Int64] = [], untold: Set<JobID> = [], waitingEvents: Int = 0) {
        self.dead = dead
        self.untold = untold
        self.waitingEvents = waitingEvents
    }
}
