import Resilience

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
