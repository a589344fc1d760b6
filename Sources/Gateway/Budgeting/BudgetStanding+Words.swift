import Timekeeping

extension BudgetStanding {
    /// Why something is refused, for its caller: `the client's daily budget of … is used up, 20000 of 20000, until …`.
    package var words: String {
        "the client's daily budget of \(what) is used up, \(used) of \(limit), until \(resetsAt.rfc3339)"
    }

    /// How it stands, in one sentence about a message that counts in it.
    package var sentence: String {
        "It counts in its client's daily budget of \(what): \(used) of \(limit) used, counted anew \(resetsAt.rfc3339InChina)."
    }

    private var what: String {
        let (any, ofApp) = (BudgetConfiguration.any, "app \(app)")
        switch (app, api) {
        case (any, any): return "all calls"
        case (any, _): return api
        case (_, any): return ofApp
        default: return "\(api) of \(ofApp)"
        }
    }
}
