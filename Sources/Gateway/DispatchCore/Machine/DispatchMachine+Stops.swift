package import Timekeeping

/// What people are told of holds and parks.
extension DispatchMachine {
    /// The holds and parks that began or ended since this was asked last. It costs nothing while there are none.
    package mutating func takeStops(at moment: Moment) -> [StopNews] {
        let now = clock.present(moment)
        guard !stops.isQuiet(at: now.wall) else { return [] }
        var news = stops.takeLapsed(at: now.wall)
        let touched = stops.touched
        stops.touched = []
        for key in touched {
            for (name, fact) in facts(about: key, at: now) {
                if let one = stops.tell(fact, as: name, at: now.wall) { news.append(one) }
            }
        }
        // Sets have no order of their own.
        return news.sorted { ($0.app, $0.api ?? "", $0.kind.rawValue) < ($1.app, $1.api ?? "", $1.kind.rawValue) }
    }
}
