/// The journal's place on disk.
public struct StorageConfiguration: Equatable, Sendable {
    /// A folder of Weir's own, made with mode 0700 when it is missing.
    public var path = "./weir-data"
    public var keep = Retention()

    public init() {}
}
