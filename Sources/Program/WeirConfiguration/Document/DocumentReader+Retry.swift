import Resilience
import Weir

extension DocumentReader {
    /// Retry classes in one file, the three built-in ones included; each is a metric label.
    static let retryClassLimit = 32
    /// Steps of one ladder.
    static let ladderLimit = 32

    mutating func readRetry(_ field: Field?) {
        guard let field else { return }
        var fallback: Field?
        for entry in entries(field) {
            let child = child(entry, of: field)
            switch entry.key {
            case "default": fallback = child
            case "budget": readBudget(child)
            default: readRetryClass(entry, child, in: field)
            }
        }
        let names = configuration.retry.classes.keys.sorted()
        if let name = choice(fallback, of: names.map { ($0, $0) }) { configuration.retry.defaultClass = name }
    }

    private mutating func readBudget(_ field: Field) {
        let section = section(field, ConfigurationKey.Budget.self)
        if let ratio = share(section[.ratio], from: 0, to: 1) { configuration.retry.budget.ratio = ratio }
        if let floor = rate(section[.floor]) { configuration.retry.budget.floor = floor }
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
            let builtIn = RetryConfiguration().classes.keys.sorted() + ConfigurationKey.retrySettings
            if let near = EditDistance.suggestion(for: name, among: builtIn) {
                warn(at: entry.position, field.path, "makes a new retry class; did you mean `\(near)`?")
            }
        }
        var policy = known ?? .available
        let section = section(field, ConfigurationKey.RetryClass.self)
        readAttempts(section, into: &policy)
        readLadder(section, into: &policy)
        configuration.retry.classes[name] = policy
    }

    private mutating func readAttempts(_ section: Section<ConfigurationKey.RetryClass>, into policy: inout RetryPolicy)
    {
        if let attempts = integer(section[.attempts], in: 1...20) { policy.fastAttempts = attempts }
        let range = Duration.milliseconds(1)...Duration.seconds(3600)
        if let base = duration(section[.backoff], in: range) { policy.backoff.base = base }
        if let cap = duration(section[.backoffMax], in: range) { policy.backoff.cap = cap }
        if policy.backoff.base > policy.backoff.cap, let field = section[.backoff] ?? section[.backoffMax] {
            let (base, cap) = (DurationText.format(policy.backoff.base), DurationText.format(policy.backoff.cap))
            report(field, "backoff (\(base)) is longer than backoff_max (\(cap))")
        }
    }

    private mutating func readLadder(_ section: Section<ConfigurationKey.RetryClass>, into policy: inout RetryPolicy) {
        let month = Duration.seconds(1)...Duration.seconds(30 * 86_400)
        let year = Duration.seconds(1)...Duration.seconds(365 * 86_400)
        if let items = list(section[.ladder], atMost: Self.ladderLimit, example: "[15s, 1m, 5m]") {
            policy.ladder = items.compactMap { duration($0, in: month) }
        }
        if let every = optionalDuration(section[.thenEvery], in: month) { policy.thereafter = every }
        if let jitter = share(section[.ladderJitter], from: 0, to: 0.9) { policy.ladderJitter = jitter }
        if let age = optionalDuration(section[.maxAge], in: year) { policy.maxAge = age }
        if let lifetime = optionalDuration(section[.lifetime], in: year) { policy.lifetime = lifetime }
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
