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

    /// What a part of the gateway does without, whatever its dependencies allow.
    private static let strangers: [(target: String, modules: Set<Substring>)] = [
        (
            "WeirPorts",
            [
                "DispatchCore", "Dispatching", "Explaining", "Intake", "Alerting", "Weir", "Logging", "Tracing",
                "PrometheusMetrics",
            ]
        ),
        (
            "DispatchCore",
            [
                "Dispatching", "Explaining", "Intake", "Alerting", "Weir", "Logging", "Tracing", "PrometheusMetrics",
                "Synchronization",
            ]
        ),
        ("Dispatching", ["Explaining", "Intake", "Alerting", "Weir", "Logging", "Tracing", "PrometheusMetrics"]),
        (
            "Explaining",
            [
                "Dispatching", "Intake", "Alerting", "Weir", "Logging", "Tracing", "PrometheusMetrics",
                "Synchronization",
            ]
        ),
        (
            "Intake",
            [
                "DispatchCore", "Dispatching", "Explaining", "Alerting", "Weir", "Logging", "Tracing",
                "PrometheusMetrics",
            ]
        ),
        ("Alerting", ["DispatchCore", "Dispatching", "Explaining", "Weir", "Tracing", "PrometheusMetrics"]),
    ]

    @Test(arguments: strangers)
    func `the parts of the gateway see no more than they must`(_ target: String, _ modules: Set<Substring>) throws {
        let files = try Repository.files(in: "Sources/Gateway/\(target)", endings: [".swift"])
        #expect(!files.isEmpty)
        for file in files { #expect(modules.intersection(file.imports) == [], "\(file.path)") }
    }

    @Test func `of the adapters only WeirHTTP sees more of the gateway than its ports`() throws {
        var seeing: Set<Substring> = []
        for file in try Repository.files(in: "Sources/Adapters", endings: [".swift"]) {
            let gateway = ["Weir", "DispatchCore", "Dispatching", "Explaining", "Alerting", "Intake"] as Set<Substring>
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
