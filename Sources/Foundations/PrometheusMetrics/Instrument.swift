/// What a table of children needs of the thing that is counted, set or observed.
protocol Instrument: AnyObject, Sendable {
    /// What all children of one family share.
    associatedtype Shape: Sendable

    init(_ series: Series, shape: Shape)

    var series: Series { get }

    /// Notes a use, so that the child does not expire.
    func touch()

    /// Whether the child was used since the last call.
    func takeTouched() -> Bool

    func render(into output: inout [UInt8], as format: ExpositionFormat)
}
