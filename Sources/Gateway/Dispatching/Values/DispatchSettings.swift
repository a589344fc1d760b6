import Queueing
package import Resilience

/// The part of the configuration that the dispatcher works by; a reload brings another.
package struct DispatchSettings: Sendable {
    /// Without the retry classes, which the dispatcher numbers by itself.
    package var policy: DispatchPolicy
    /// By name.
    package var classes: [String: RetryPolicy]
    /// For a call or message that names none.
    package var defaultClass: String
    /// Of clients that have another than 1, by name.
    package var weights: [String: Int]
    /// Relayed calls that may wait at once.
    package var maxWaiting: Int
    /// Bytes of bodies of relayed calls that may wait at once.
    package var maxWaitingBytes: Int
    /// How long a connection may take to be set up.
    package var connectTimeout: Duration

    package init(
        policy: DispatchPolicy,
        classes: [String: RetryPolicy],
        defaultClass: String,
        weights: [String: Int] = [:],
        maxWaiting: Int,
        maxWaitingBytes: Int,
        connectTimeout: Duration
    ) {
        self.policy = policy
        self.classes = classes
        self.defaultClass = defaultClass
        self.weights = weights
        self.maxWaiting = maxWaiting
        self.maxWaitingBytes = maxWaitingBytes
        self.connectTimeout = connectTimeout
    }

    /// The machine's policy, with the classes and the weights of clients under their numbers.
    func policy(_ classes: RetryClassTable, _ shares: ShareTable) -> DispatchPolicy {
        var policy = policy
        policy.retryClasses = classes.policies
        policy.queue.weights = shares.weights
        return policy
    }
}

/// The retry classes by name and by the small number that a job carries. A name keeps its number over reloads.
struct RetryClassTable: Sendable {
    private(set) var names: [String] = []
    private(set) var policies: [RetryPolicy] = []
    private(set) var defaultClass = "available"

    init(_ settings: DispatchSettings) {
        update(settings)
    }

    /// Takes over changed and new classes. One that is gone stays for the jobs that still carry its number.
    mutating func update(_ settings: DispatchSettings) {
        defaultClass = settings.defaultClass
        for (name, policy) in settings.classes.sorted(by: { $0.key < $1.key }) {
            if let index = names.firstIndex(of: name) {
                policies[index] = policy
            } else if names.count < 256 {
                names.append(name)
                policies.append(policy)
            }
        }
    }

    /// The number of a class; an unknown one counts as the default.
    func index(_ name: String) -> UInt8 {
        UInt8(names.firstIndex(of: name) ?? names.firstIndex(of: defaultClass) ?? 0)
    }

    func name(_ index: UInt8) -> String {
        Int(index) < names.count ? names[Int(index)] : defaultClass
    }

    func policy(_ name: String) -> RetryPolicy? {
        names.firstIndex(of: name).map { policies[$0] }
    }
}
