import Synchronization

/// What was handed to a completion, in order.
package final class Outbox<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    package init() {}

    package func put(_ value: Value) {
        values.withLock { $0.append(value) }
    }

    package var all: [Value] { values.withLock { $0 } }

    package var count: Int { all.count }
}
