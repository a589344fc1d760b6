import Queueing
import Synchronization
package import Timekeeping
package import WeChat
package import WeirPorts

/// A relayed call as it came: what is sent, and whom to tell.
///
/// It never changes, and is handed on by reference: on its way it passes a dozen hands. How far it has come is `QueuedCall`'s.
package final class RelayCall: Sendable {
    package let method: String
    /// Path and query up to where the token goes, or all of it when no token of ours is used.
    package let targetPrefix: String
    /// The query behind the token.
    package let targetSuffix: String
    /// Whether the app's real token stands between prefix and suffix. When not, WeChat's word about tokens concerns the caller alone.
    package let usesToken: Bool
    package let headers: [HeaderField]
    package let content: RelayContent
    package let app: AppSlot
    package let api: APIDescriptor
    package let deadline: Instant
    /// Whether a repeat does no harm, or is recognised by WeChat.
    package let isRepeatable: Bool
    /// The caller's label, by which the room for waiting calls is shared.
    package let client: String
    /// The path that is called, in its plainest spelling.
    package let path: String
    /// Whether WeChat's word about tokens, accounts and quotas concerns the app: unless told, where the app's token is used.
    package let concernsApp: Bool
    /// Where its first attempt belongs.
    package let trail: Trail
    /// Whether somebody waits for WeChat's word: not for the answer to a question of Weir's own.
    let isPromised: Bool
    /// Called once, outside of every lock.
    package let completion: @Sendable (RelayEnd) -> Void

    package init(
        method: String,
        targetPrefix: String,
        targetSuffix: String,
        usesToken: Bool,
        headers: [HeaderField],
        content: RelayContent,
        app: AppSlot,
        api: APIDescriptor,
        deadline: Instant,
        isRepeatable: Bool,
        client: String = "",
        path: String = "",
        concernsApp: Bool? = nil,
        trail: Trail = Trail(),
        isPromised: Bool = true,
        completion: @escaping @Sendable (RelayEnd) -> Void
    ) {
        self.method = method
        self.targetPrefix = targetPrefix
        self.targetSuffix = targetSuffix
        self.usesToken = usesToken
        self.headers = headers
        self.content = content
        self.app = app
        self.api = api
        self.deadline = deadline
        self.isRepeatable = isRepeatable
        self.client = client
        self.path = path
        self.concernsApp = concernsApp ?? usesToken
        self.trail = trail
        self.isPromised = isPromised
        self.completion = completion
    }

    /// The body, where it is kept whole.
    package var body: [UInt8]? {
        guard case .bytes(let body) = content, !body.isEmpty || method == "POST" || method == "PUT" else { return nil }
        return body
    }

    /// In place of `body`: it goes on as it comes, so there is one attempt at the most.
    package var stream: (any StreamedBody)? {
        guard case .stream(let stream) = content else { return nil }
        return stream
    }

    /// Bytes that it holds while it waits.
    package var size: Int {
        guard case .bytes(let body) = content else { return 0 }
        return body.count
    }
}

/// What a relayed call carries.
package enum RelayContent: Sendable {
    /// The whole body as it came.
    case bytes([UInt8])
    /// An upload that goes on while it arrives.
    case stream(any StreamedBody)

    package var isStream: Bool {
        switch self {
        case .bytes: false
        case .stream: true
        }
    }
}

/// How a relayed call ended. Indirect, as it lies in the frames of those who wait for it.
package indirect enum RelayEnd: Sendable {
    /// An attempt was the last one.
    case attempted(LastAttempt)
    /// It could not be served, or its time was over while it waited; `last` when there was an attempt before.
    case refused(Obstacle, last: LastAttempt?)
    /// Its caller hung up while it waited, perhaps for a repeat.
    case hungUp(mayHaveArrived: Bool)
    /// The queue has no room.
    case overloaded

    /// Bytes of the body that WeChat answered with last.
    package var replyLength: Int {
        switch self {
        case .attempted(let last), .refused(_, .some(let last)): last.reply?.body.count ?? 0
        case .refused, .hungUp, .overloaded: 0
        }
    }
}

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
