/// A misbehaviour that has been asked for.
struct Fault: Equatable, Sendable {
    static let longestMilliseconds = 600_000

    var id = 0
    /// A path, or `*` for every API.
    var api = "*"
    /// The recipient whose messages it meets, as `touser` has it; nil: any call.
    var recipient: String?
    var kind: FaultKind
    var milliseconds: Int?
    var status: Int?
    var errcode = -1
    /// The share of the calls that it meets.
    var rate = 1.0
    /// How many more it meets; nil: no end.
    var remaining: Int?
    var accepts: Bool

    /// Reads the body of `POST /_sandbox/faults`.
    init(_ json: JSON?) throws(ControlProblem) {
        guard let members = json?.members else { throw ControlProblem("the body must be a JSON object") }
        let known = ["api", "to", "kind", "ms", "status", "errcode", "rate", "count", "accept"]
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw ControlProblem("unknown member \(stranger); known: \(known.joined(separator: ", "))")
        }
        guard let kind = members["kind"]?.text.flatMap({ FaultKind(rawValue: $0) }) else {
            throw ControlProblem("kind must be one of \(FaultKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.kind = kind
        if let value = members["api"] {
            guard let api = value.text, api == "*" || APIRule.all[api] != nil else {
                throw ControlProblem("api must be * or a path of WeChat's that the sandbox serves")
            }
            self.api = api
        }
        if let value = members["to"] {
            guard let recipient = value.text, !recipient.isEmpty else { throw ControlProblem("to must be an openid") }
            self.recipient = recipient
        }
        milliseconds = try Self.integer("ms", members, in: 0...Self.longestMilliseconds)
        status = try Self.integer("status", members, in: 200...599)
        errcode = try Self.integer("errcode", members, in: -100_000...100_000_000) ?? -1
        remaining = try Self.integer("count", members, in: 1...1_000_000_000)
        accepts = try Self.integer("accept", members, in: 0...1).map { $0 == 1 } ?? kind.accepts
        if let value = members["rate"] {
            guard let rate = value.double, (0...1).contains(rate) else {
                throw ControlProblem("rate must be from 0 to 1")
            }
            self.rate = rate
        }
    }

    var json: String {
        """
        {"id":\(id),"api":\(JSON.quoted(api)),"to":\(recipient.map(JSON.quoted) ?? "null"),"kind":\(JSON.quoted(kind.rawValue)),\
        "ms":\(milliseconds.map { "\($0)" } ?? "null"),"status":\(status.map { "\($0)" } ?? "null"),"errcode":\(errcode),\
        "rate":\(rate),"remaining":\(remaining.map { "\($0)" } ?? "null"),"accept":\(accepts)}
        """
    }

    func meets(_ call: APICall) -> Bool {
        guard api == "*" || api == call.path else { return false }
        guard let recipient else { return true }
        let target = call.json?["touser"]
        return target?.text == recipient || target?.elements?.contains { $0.text == recipient } ?? false
    }

    private static func integer(
        _ name: String,
        _ members: [String: JSON],
        in range: ClosedRange<Int>
    ) throws(ControlProblem) -> Int? {
        guard let value = members[name] else { return nil }
        guard let integer = value.int, range.contains(integer) else {
            throw ControlProblem("\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }
}

/// The ways in which the sandbox misbehaves on demand.
enum FaultKind: String, CaseIterable, Equatable, Sendable {
    /// Takes the call at once and answers `ms` later.
    case latency
    /// Doesn't take the call, says nothing for `ms` (default 60 s), then closes.
    case hang
    /// Takes the call, says nothing for `ms` (default 60 s), then closes.
    case hangAfterAccept = "hang_after_accept"
    /// Resets the connection; the call isn't taken.
    case reset
    /// Takes the call, then resets the connection.
    case resetAfterAccept = "reset_after_accept"
    /// Takes the call, then closes the connection without a word.
    case closeAfterAccept = "close_after_accept"
    /// HTTP status `status` (default 502) with an empty body; the call isn't taken.
    case status
    /// An HTML page with status `status` (default 200); the call isn't taken.
    case html
    /// Takes the call; half of the JSON arrives as a complete HTTP answer.
    case truncated
    /// Takes the call; half of what Content-Length promises arrives, then the connection closes.
    case cut
    /// Takes the call; the answer's body is empty.
    case empty
    /// `errcode` (default -1); the call isn't taken.
    case errcode

    /// Whether the call is taken (its message shows on the phone) before the misbehaviour, unless `accept` says otherwise.
    var accepts: Bool {
        switch self {
        case .latency, .hangAfterAccept, .resetAfterAccept, .closeAfterAccept, .truncated, .cut, .empty: true
        case .hang, .reset, .status, .html, .errcode: false
        }
    }
}

/// The faults in force, oldest first.
struct FaultBook: Equatable, Sendable {
    static let capacity = 200

    private(set) var faults: [Fault] = []
    private var lastID = 0

    mutating func add(_ fault: Fault) throws(ControlProblem) -> Int {
        guard faults.count < Self.capacity else { throw ControlProblem("there are \(Self.capacity) faults already") }
        lastID += 1
        var fault = fault
        fault.id = lastID
        faults.append(fault)
        return lastID
    }

    mutating func removeAll() {
        faults = []
    }

    /// The first fault that meets a call, which uses it up by one.
    mutating func take(_ call: APICall, using generator: inout SplitMix) -> Fault? {
        guard !faults.isEmpty else { return nil }
        for index in faults.indices where faults[index].meets(call) {
            let rate = faults[index].rate
            guard rate >= 1 || Double.random(in: 0..<1, using: &generator) < rate else { continue }
            let fault = faults[index]
            if let remaining = fault.remaining {
                faults[index].remaining = remaining - 1
                if remaining == 1 { faults.remove(at: index) }
            }
            return fault
        }
        return nil
    }
}
