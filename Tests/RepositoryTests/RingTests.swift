import Testing

/// What may see what, as the folders of `Sources/` tell it.
@Suite struct RingTests {
    /// From the bottom up.
    private static let rings = ["Foundations", "Gateway", "Adapters", "Program"]

    @Test func `nothing imports from a ring above its own`() throws {
        let files = try Repository.files(in: "Sources", endings: [".swift"])
        var ringByTarget: [Substring: Int] = [:]
        for file in files {
            let folders = file.path.split(separator: "/")
            try #require(folders.count > 3, "\(file.path)")
            let ring: Int = try #require(Self.rings.firstIndex(of: String(folders[1])), "\(file.path)")
            ringByTarget[folders[2]] = ring
        }
        #expect(ringByTarget["WireJSON"] == 0 && ringByTarget["WeirServer"] == 3)
        for file in files {
            guard let ring = ringByTarget[file.path.split(separator: "/")[2]] else { continue }
            #expect(file.imports.filter { (ringByTarget[$0] ?? 0) > ring } == [], "\(file.path)")
        }
    }

    /// The parts of the gateway, and which others each of them sees.
    private static let parts: [Substring: Set<Substring>] = [
        "WeirPorts": [],
        "DispatchCore": ["WeirPorts"],
        "Suppressing": ["WeirPorts"],
        "Budgeting": ["WeirPorts"],
        "Delivering": ["WeirPorts"],
        "Dispatching": ["DispatchCore", "Suppressing", "Budgeting", "WeirPorts"],
        "Explaining": ["DispatchCore", "WeirPorts"],
        "Intake": ["WeirPorts"],
        "Alerting": ["Intake", "WeirPorts"],
        "Eventing": ["Intake"],
        "Settings": ["Alerting", "Eventing", "Delivering", "Budgeting", "WeirPorts"],
        "Clients": ["Settings", "Budgeting", "Dispatching"],
        "Callbacks": ["Settings", "RequestTracing", "Suppressing", "Delivering", "WeirPorts"],
        "RequestTracing": ["Dispatching", "Intake", "WeirPorts"],
        "Relaying": [
            "Clients", "Settings", "RequestTracing", "Suppressing", "Budgeting", "Dispatching", "Intake", "WeirPorts",
        ],
        "Messaging": [
            "Clients", "Settings", "Eventing", "Suppressing", "Budgeting", "Delivering", "Dispatching", "Explaining",
            "Intake", "WeirPorts",
        ],
        "Operating": ["Messaging", "Clients", "Suppressing", "Dispatching", "Intake", "WeirPorts"],
        "Telemetry": [
            "Relaying", "Operating", "Messaging", "Alerting", "Callbacks", "Clients", "Settings", "RequestTracing",
            "Suppressing", "Budgeting", "Delivering", "Dispatching", "Explaining",
            "Intake", "WeirPorts",
        ],
        "WeirTesting": ["WeirPorts"],
    ]

    /// What is outside, and who of them may see it.
    private static let outside: [(module: Substring, seenBy: Set<Substring>)] = [
        ("Logging", ["Alerting", "Telemetry", "Weir"]),
        ("Mustache", ["Eventing"]), ("Tracing", ["RequestTracing", "Weir"]),
        ("PrometheusMetrics", ["Telemetry", "Weir"]),
    ]

    /// The compiler holds that there is no cycle; this, that nobody gets another neighbour unnoticed.
    @Test func `the parts of the gateway see no more than they must`() throws {
        for file in try Repository.files(in: "Sources/Gateway", endings: [".swift"]) {
            let part = file.path.split(separator: "/")[2]
            guard part != "Weir" else { continue }
            let neighbours = try #require(Self.parts[part], "\(file.path)")
            let seen = file.imports.filter { $0 == "Weir" || Self.parts[$0] != nil }
            #expect(neighbours.isSuperset(of: seen), "\(file.path) sees \(seen)")
        }
    }

    @Test(arguments: outside)
    func `metrics, spans, logs and texts are few parts' affair`(_ module: Substring, _ seenBy: Set<Substring>) throws {
        for file in try Repository.files(in: "Sources/Gateway", endings: [".swift"])
        where file.imports.contains(module) {
            #expect(seenBy.contains(file.path.split(separator: "/")[2]), "\(file.path)")
        }
    }

    @Test(arguments: ["Explaining", "DispatchCore"])
    func `words and decisions are made without a lock`(_ target: String) throws {
        for file in try Repository.files(in: "Sources/Gateway/\(target)", endings: [".swift"]) {
            #expect(!file.imports.contains("Synchronization"), "\(file.path)")
        }
    }

    @Test func `of the adapters only WeirHTTP sees more of the gateway than its ports`() throws {
        var seeing: Set<Substring> = []
        for file in try Repository.files(in: "Sources/Adapters", endings: [".swift"]) {
            let gateway = Set(Self.parts.keys).subtracting(["WeirPorts"]).union(["Weir"])
            if !gateway.isDisjoint(with: file.imports) { seeing.insert(file.path.split(separator: "/")[2]) }
        }
        #expect(seeing == ["WeirHTTP"])
    }
}

extension SourceFile {
    /// The modules that it imports.
    fileprivate var imports: [Substring] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index < 3, !line.hasPrefix("//") else { return nil }
            return words.last.map { $0.prefix { $0 != "." } }
        }
    }
}
