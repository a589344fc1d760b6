/// A fault, the alerts that it makes fire, and what mends it.
struct Provocation: Sendable {
    typealias Act = @Sendable (Scene) async throws -> Void

    let what: String
    let alerts: [ExpectedAlert]
    /// Traffic that it begins with `Scene.every` goes on until the alerts have resolved, unless `mend` ends it.
    let provoke: Act
    let mend: Act

    init(_ what: String, fires alerts: [ExpectedAlert], provoke: @escaping Act, mend: @escaping Act) {
        self.what = what
        self.alerts = alerts
        self.provoke = provoke
        self.mend = mend
    }
}
