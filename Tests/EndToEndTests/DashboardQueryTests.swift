import Testing

/// Every query of every dashboard, asked of a Prometheus that scraped a gateway to which much has happened.
@Suite(.serialized)
struct DashboardQueryTests {
    @Test func `no panel, annotation or variable is dead`() async throws {
        let dashboards = try DashboardFile.all()
        #expect(dashboards.count >= 5)
        let traffic = try await DashboardTraffic.start()
        let prometheus = try await DashboardPrometheus.start(scraping: traffic.stage.weir.admin.port)
        try await prometheus.scrapes(2)
        // First everything goes well, so that the panels of what does not show a change.
        try await traffic.round(0)
        try await prometheus.scrapes(3)
        try await traffic.provoke()
        var dead = dashboards.flatMap(\.queries)
        #expect(dead.count > 100)
        var variables: [String: DashboardVariables] = [:]
        for number in 1...400 where !dead.isEmpty {
            try await traffic.round(number)
            if number % 3 == 1 { try await traffic.mishaps() }
            for dashboard in dashboards where variables[dashboard.name] == nil {
                variables[dashboard.name] = try await filled(dashboard, prometheus)
            }
            var left: [DashboardFile.Query] = []
            for query in dead {
                guard let known = variables[query.dashboard] else { continue }
                let expression = known.substitutedAll(query.expression)
                if try await !prometheus.hasData(expression, isInstant: query.isInstant) { left.append(query) }
            }
            dead = left
        }
        for query in dead { Issue.record("no data: \(query)") }
        try await expectSelections(dashboards, variables, prometheus)
        try await expectNames(dashboards, prometheus)
    }

    /// The variables' values, each found with everything chosen in the others.
    private func filled(
        _ dashboard: DashboardFile,
        _ prometheus: DashboardPrometheus
    ) async throws -> DashboardVariables {
        var variables = DashboardVariables()
        for variable in dashboard.variables { variables.values[variable.name] = [] }
        for variable in dashboard.variables {
            let values = try await prometheus.labelValues(variables.substitutedAll(variable.query))
            // Scraping gives a cluster, or does not.
            #expect(!values.isEmpty || variable.name == "cluster", "\(dashboard.name): $\(variable.name)")
            variables.values[variable.name] = values
        }
        return variables
    }

    /// Whatever is chosen in the variables, Prometheus can read the queries, and the app's own panels have data for it.
    private func expectSelections(
        _ dashboards: [DashboardFile],
        _ variables: [String: DashboardVariables],
        _ prometheus: DashboardPrometheus
    ) async throws {
        for dashboard in dashboards {
            guard let known = variables[dashboard.name] else { continue }
            for index in 0..<(known.values.values.map(\.count).max() ?? 0) {
                for query in dashboard.queries where query.expression.contains("$") {
                    let expression = known.substituted(query.expression, choosing: index)
                    #expect(!expression.contains("$"), "\(query)")
                    _ = try await prometheus.hasData(expression, isInstant: query.isInstant)
                }
            }
        }
        let depth = "sum(weir_messages_accepted_total{app=~\"$app\"})"
        let chosen = DashboardVariables(values: ["app": ["main"]]).substituted(depth, choosing: 0)
        #expect(try await prometheus.hasData(chosen, isInstant: true))
        let nobody = DashboardVariables(values: ["app": ["nobody"]]).substituted(depth, choosing: 0)
        #expect(try await !prometheus.hasData(nobody, isInstant: true))
    }

    /// A query may have data although one of its metrics does not exist: `… or vector(0)`.
    private func expectNames(_ dashboards: [DashboardFile], _ prometheus: DashboardPrometheus) async throws {
        let there = try await prometheus.names()
        for query in dashboards.flatMap(\.queries) {
            let words = query.expression.matches(of: /[A-Za-z_][A-Za-z0-9_:]*/).map { String($0.output) }
            let asked = words.filter { $0.hasPrefix("weir_") || $0.hasPrefix("process_") || $0.contains(":weir_") }
            #expect(Set(asked).subtracting(there) == [], "\(query)")
        }
    }
}

extension DashboardPrometheus {
    /// Waits for so many scrapes from now on.
    fileprivate func scrapes(_ count: Double) async throws {
        let query = "sum(count_over_time(up[10m]))"
        let before = try await value(query) ?? 0
        try await eventually("\(count) scrapes") { (try await value(query) ?? 0) >= before + count }
    }
}
