import Resilience
import Weir

extension DocumentReader {
    /// Retry classes in one file, the three built-in ones included; each is a metric label.
    static let retryClassLimit = 32
    /// Steps of one ladder.
    static let ladderLimit = 32

    mutating func readRetry(_ field: Field?) {
        guard let field else { return }
        var known: [String: Field] = [:]
        for entry in entries(field) {
            let child = child(entry, of: field)
            if ConfigurationKey.Retry(rawValue: entry.key) == nil {
                readRetryClass(entry, child, in: field)
            } else {
                known[entry.key] = child
            }
        }
        // After the classes, one of which is the default.
        let section = Section<ConfigurationKey.Retry>(path: field.path, keyPosition: field.keyPosition, fields: known)
        read(section, of: \.retry)
    }

    private mutating func readRetryClass(_ entry: YAMLNode.Entry, _ field: Field, in parent: Field) {
        guard checkName(entry, in: parent) else { return }
        let name = entry.key
        let known = configuration.retry.classes[name]
        if known == nil {
            guard configuration.retry.classes.count < Self.retryClassLimit else {
                report(at: entry.position, field.path, "more than \(Self.retryClassLimit) retry classes")
                return
            }
            let builtIn =
                RetryConfiguration().classes.keys.sorted() + ConfigurationKey.names(ConfigurationKey.Retry.self)
            if let near = EditDistance.suggestion(for: name, among: builtIn) {
                warn(at: entry.position, field.path, "makes a new retry class; did you mean `\(near)`?")
            }
        }
        var policy = known ?? .available
        let section = read(field, ConfigurationKey.RetryClass.self, into: &policy)
        check(policy, section)
        configuration.retry.classes[name] = policy
    }

    /// The names of the retry classes, for a choice among them.
    var classNames: [(name: String, value: String)] {
        configuration.retry.classes.keys.sorted().map { ($0, $0) }
    }

    mutating func ladder(_ field: Field, in range: ClosedRange<Duration>) -> [Duration]? {
        list(field, atMost: Self.ladderLimit, example: "[15s, 1m, 5m]")?.compactMap { duration($0, in: range) }
    }

    private mutating func check(_ policy: RetryPolicy, _ section: Section<ConfigurationKey.RetryClass>) {
        if policy.backoff.base > policy.backoff.cap, let field = section[.backoff] ?? section[.backoffMax] {
            let (base, cap) = (DurationText.format(policy.backoff.base), DurationText.format(policy.backoff.cap))
            report(field, "backoff (\(base)) is longer than backoff_max (\(cap))")
        }
        let goesOn = !policy.ladder.isEmpty || policy.thereafter != nil
        if goesOn, policy.maxAge == nil, policy.lifetime == nil {
            report(
                at: section.keyPosition,
                section.path,
                "needs max_age or lifetime, else its messages are retried for ever"
            )
        }
    }
}
