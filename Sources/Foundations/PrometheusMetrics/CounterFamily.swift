/// All counters of one name, one for each set of label values; made by ``MetricRegistry``.
///
/// Finding a child takes a lock and a hash of its values; keep the child where one place updates it often.
public final class CounterFamily: Sendable {
    let table: ChildTable<Counter>

    init(_ table: ChildTable<Counter>) {
        self.table = table
    }

    /// The family's full name.
    public var name: String { table.descriptor.name }

    /// How many children there are.
    public var count: Int { table.count }

    /// The child with these label values, in the order in which the names were registered; the same one each time.
    ///
    /// Never fails: beyond the family's maximum, or if the number of values is wrong, the child whose values are all
    /// `other` is returned and `prometheus_metrics_label_sets_refused_total` rises. A family without labels has one child,
    /// whatever is passed. Values longer than ``MetricRegistry/maximumLabelValueBytes`` are cut.
    public func child(_ values: String...) -> Counter {
        table.child(values)
    }

    /// The child with these label values, as an array.
    public func child(_ values: [String]) -> Counter {
        table.child(values)
    }

    /// Forgets the child with these label values, if there is one; whoever still holds it counts unseen.
    @discardableResult
    public func remove(_ values: String...) -> Bool {
        table.remove(key: values)
    }

    /// Forgets all children with one of these values of one label, for values that have gone for good; returns how many. The next
    /// child with these values starts at zero. Costs a look at each child, however many values there are.
    @discardableResult
    public func removeAll(where label: String, isIn values: Set<String>) -> Int {
        table.removeAll(where: label, isIn: values)
    }

    /// Forgets the children that were not used since `cutoff`; to be called now and then.
    ///
    /// A use is an update or a call of ``child(_:)-(String...)``. Uses are noticed at these calls only, so a child lives up to
    /// one interval between calls longer than asked. Whoever still holds a forgotten child counts unseen: look it up again.
    ///
    /// - Parameters:
    ///   - cutoff: The time from which on a use keeps a child, on the same scale as `now`.
    ///   - now: The present, as the time since any fixed point, by a clock that never steps back.
    /// - Returns: How many were forgotten.
    @discardableResult
    public func expireUntouched(since cutoff: Duration, at now: Duration) -> Int {
        table.expireUntouched(since: cutoff, at: now)
    }
}
