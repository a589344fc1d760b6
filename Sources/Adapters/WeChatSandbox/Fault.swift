/// A misbehaviour that has been asked for.
struct Fault: Equatable, Sendable {
    static let longestMilliseconds = 600_000

    var id = 0
    /// A path, or `*` for every API.
    var api = "*"
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
        let known = ["api", "kind", "ms", "status", "errcode", "rate", "count", "accept"]
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
        {"id":\(id),"api":\(JSON.quoted(api)),"kind":\(JSON.quoted(kind.rawValue)),\
        "ms":\(milliseconds.map { "\($0)" } ?? "null"),"status":\(status.map { "\($0)" } ?? "null"),"errcode":\(errcode),\
        "rate":\(rate),"remaining":\(remaining.map { "\($0)" } ?? "null"),"accept":\(accepts)}
        """
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
