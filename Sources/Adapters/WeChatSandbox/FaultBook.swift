/// The faults in force, oldest first.
struct FaultBook: Equatable, Sendable {
    static let capacity = 100

    private(set) var faults: [Fault] = []
    private var lastID = 0

    mutating func add(_ fault: Fault) throws(ControlProblem) -> Int {
        guard faults.count < Self.capacity else { throw ControlProblem("there are \(Self.capacity) faults already") }
        lastID += 1
        var fault = fault
        fault.id = lastID
        faults.append(fault)
        return lastID
    }

    mutating func removeAll() {
        faults = []
    }

    /// The first fault that meets a call of this path, which uses it up by one.
    mutating func take(_ path: String, using generator: inout SplitMix) -> Fault? {
        guard !faults.isEmpty else { return nil }
        for index in faults.indices where faults[index].api == "*" || faults[index].api == path {
            let rate = faults[index].rate
            guard rate >= 1 || Double.random(in: 0..<1, using: &generator) < rate else { continue }
            let fault = faults[index]
            if let remaining = fault.remaining {
                faults[index].remaining = remaining - 1
                if remaining == 1 { faults.remove(at: index) }
            }
            return fault
        }
        return nil
    }
}
