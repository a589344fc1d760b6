import Queueing
import Timekeeping

/// The operations that are known: a value, which decides what may come and what goes.
struct OperationBook: Equatable, Sendable {
    /// What an operator has an operation do.
    enum Order: String, CaseIterable {
        case pause, resume, stop
    }

    enum Refusal: Error, Equatable {
        case tooMany
        /// It has ended.
        case over(BulkOperation.State)
        case unknown
    }

    /// Operations that may be open at once.
    static let mostOpen = 16
    /// Operations that are kept, with those that have ended.
    static let mostKept = 200

    private var operations: [JobID: BulkOperation] = [:]

    /// Newest first.
    var all: [BulkOperation] { operations.values.sorted { $0.id > $1.id } }

    var open: [BulkOperation] { all.filter(\.state.isOpen) }

    subscript(_ id: JobID) -> BulkOperation? { operations[id] }

    /// What an earlier process left.
    mutating func take(_ operation: BulkOperation) {
        operations[operation.id] = operation
    }

    func checkRoom() throws(Refusal) {
        if open.count >= OperationBook.mostOpen { throw .tooMany }
    }

    /// - Returns: Those that are forgotten for it: they have ended, the oldest first.
    mutating func add(_ operation: BulkOperation) throws(Refusal) -> [BulkOperation] {
        try checkRoom()
        operations[operation.id] = operation
        let excess = max(0, operations.count - OperationBook.mostKept)
        let gone = all.reversed().filter { !$0.state.isOpen }.prefix(excess)
        for one in gone { operations[one.id] = nil }
        return Array(gone)
    }

    /// What an order makes of an operation. The same order again changes nothing.
    func obey(_ order: Order, _ id: JobID, at now: Timestamp) throws(Refusal) -> BulkOperation {
        guard let operation = operations[id] else { throw .unknown }
        let target: BulkOperation.State =
            switch order {
            case .pause: .paused
            case .resume: .running
            case .stop: .stopped
            }
        if operation.state == target { return operation }
        guard operation.state.isOpen else { throw .over(operation.state) }
        return operation.moved(to: target, at: now)
    }

    /// It is so now. One that was forgotten meanwhile stays so.
    mutating func update(_ operation: BulkOperation) {
        if operations[operation.id] != nil { operations[operation.id] = operation }
    }
}
