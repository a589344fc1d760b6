/// Exchanges that want something of the loop which libcurl's callbacks must not do themselves.
final class Agenda {
    private var due: [Exchange] = []

    func add(_ exchange: Exchange) {
        due.append(exchange)
    }

    func next() -> Exchange? {
        due.popLast()
    }
}
