import Synchronization

@testable import Dispatching
@testable import Weir

/// What was handed to a completion, in order.
final class Outbox<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func put(_ value: Value) {
        values.withLock { $0.append(value) }
    }

    var all: [Value] { values.withLock { $0 } }

    var count: Int { all.count }
}

extension Outbox where Value == Result<Void, AcceptFailure> {
    /// `ok`, `full`, `journal` for each.
    var kinds: [String] {
        all.map { result in
            switch result {
            case .success: "ok"
            case .failure(.queueFull): "full"
            case .failure(.noApp): "no app"
            case .failure(.journal): "journal"
            }
        }
    }
}
