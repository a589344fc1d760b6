import Dispatching

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
