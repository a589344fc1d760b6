internal import Synchronization

/// Collects what completions bring, in the order they come in.
public final class Answers<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let (stream, continuation) = AsyncStream.makeStream(of: Void.self)

    /// Nothing has come yet.
    public init() {}

    /// For completions, on any thread.
    public func add(_ value: Value) {
        values.withLock { $0.append(value) }
        continuation.yield()
    }

    /// What has come so far.
    public var all: [Value] { values.withLock { $0 } }

    /// Waits until there are `count` of them; for one caller.
    public func wait(for count: Int) async -> [Value] {
        if all.count >= count { return all }
        for await _ in stream where all.count >= count { break }
        return all
    }
}
