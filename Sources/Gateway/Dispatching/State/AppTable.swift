/// What calls and messages of each app are sent with, by the place that the machine gave the app.
struct AppTable: Sendable {
    private struct Entry: Sendable {
        var runtime: AppRuntime
        /// The answers to token requests that its keeper had had when it was asked last.
        var answers: Int?
    }

    private var entries: [Entry] = []

    subscript(app: AppPlace) -> AppRuntime { entries[app.index].runtime }

    var runtimes: [AppRuntime] { entries.map(\.runtime) }

    mutating func put(_ runtime: AppRuntime, at app: AppPlace) {
        let entry = Entry(runtime: runtime)
        if app.index == entries.count { entries.append(entry) } else { entries[app.index] = entry }
    }

    /// Whether an app's token requests have had another answer since this was asked last.
    mutating func hasNewAnswer(_ app: AppPlace) -> Bool {
        let answers = entries[app.index].runtime.keeper?.answers
        guard answers != entries[app.index].answers else { return false }
        entries[app.index].answers = answers
        return true
    }
}
