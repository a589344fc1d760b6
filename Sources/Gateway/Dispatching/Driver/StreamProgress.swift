import Synchronization
import WeirPorts

/// A body that its caller sends meanwhile, and how much of it has gone: until it is whole, time is the caller's.
final class StreamProgress: StreamedBody {
    private let body: any StreamedBody
    private let read = Atomic(0)

    init(_ body: any StreamedBody) {
        self.body = body
    }

    var length: Int { body.length }

    /// Whether all of it was handed over.
    var isComplete: Bool { read.load(ordering: .relaxed) >= body.length }

    func read(upTo limit: Int, orWake wake: @escaping @Sendable () -> Void) -> StreamedBodyPart {
        let part = body.read(upTo: limit, orWake: wake)
        if case .bytes(let bytes) = part { read.add(bytes.count, ordering: .relaxed) }
        return part
    }
}
