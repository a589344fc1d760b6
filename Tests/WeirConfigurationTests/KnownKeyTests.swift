import TestSupport
import Testing
import Weir

@testable import WeirConfiguration

/// The tables of keys against all that names keys besides: the page, the full example, the change report.
@Suite struct KnownKeyTests {
    @Test func `every table has its place in the file`() throws {
        let source = try Checkout.text("Sources/Program/WeirConfiguration/Document/ConfigurationKey.swift")
        let tables = source.matches(of: /enum (\w+): String/).map { String($0.output.1) }.filter { $0 != "Root" }
        #expect(Set(tables) == Set(KnownKey.all.map(\.table)))
    }

    @Test func `the documentation names the keys of the tables, and no others`() throws {
        #expect(try KnownKey.around(rows().map(\.path)).symmetricDifference(KnownKey.places) == [])
    }

    @Test func `the documentation marks what needs a restart, and nothing else`() throws {
        for row in try rows() {
            let keys = KnownKey.all.filter { $0.path == row.path || $0.path.hasPrefix(row.path + ".") }
            let key = try #require(keys.first { $0.path == row.path } ?? keys.first, "\(row.path)")
            #expect(row.text.contains("**R**") == key.needsRestart, "\(row.path)")
        }
    }

    @Test func `the documentation says which sinks have a key`() throws {
        let kinds =
            AlertMessageConfiguration.Kind.allCases.map(\.rawValue) + RobotConfiguration.Kind.allCases.map(\.rawValue)
        for key in ConfigurationKey.AlertSink.allCases {
            let rows = try rows().filter { $0.path == "alerts.sinks.SINK.\(key.rawValue)" }
            let types = rows.flatMap { row in
                let cell = row.text.split(separator: "|")[1]
                return cell.contains("`") ? cell.matches(of: /`(\w+)`/).map { String($0.output.1) } : kinds
            }
            #expect(types.sorted() == key.types.sorted(), "\(key.rawValue)")
        }
    }

    @Test func `the full example has every key`() throws {
        var composer = YAMLComposer(try FullExample.uncommented())
        let root = composer.compose()
        let node = try #require(root)
        #expect(KnownKey.places.subtracting(places(in: node, at: "")) == [])
    }

    @Test func `the change report names keys as the file does`() throws {
        for setting in ConfigurationSettings.list(try FullExample.everything()) {
            var place = ""
            for name in setting.key.split(separator: ".") {
                if let next = KnownKey.place(of: String(name), in: place) {
                    place = next
                } else if !place.hasSuffix(".EVENT") {  // An event type's name may have dots.
                    // Below a key of the tables stand names alone, such as those of headers.
                    #expect(!KnownKey.places.contains { $0.hasPrefix(place + ".") }, "\(setting.key)")
                }
            }
        }
    }

    /// Where the keys of each of a section's tables stand; a section that is not here has one, of its own keys.
    private static let tables = [
        "apps": ["apps.APP", "apps.APP.limits.PATH", "apps.APP.quota.PATH", "apps.APP.callback"],
        "clients": ["clients.CLIENT", "clients.CLIENT.events.map.EVENT", "clients.CLIENT.budgets.BUDGET"],
        "subscribers": ["subscribers.SUBSCRIBER"],
        "retry": ["retry", "retry.CLASS"],
        "alerts": ["alerts", "alerts.sinks.SINK", "alerts.routes.ROUTE"],
    ]

    /// The rows of the page's tables, each with the place of its key.
    private func rows() throws -> [(path: String, text: Substring)] {
        var rows: [(path: String, text: Substring)] = []
        for section in try Checkout.text("docs/configuration.md").split(separator: "\n## `").dropFirst() {
            let name = String(section.prefix { $0 != "`" })
            let tables = section.split(separator: "\n| key |").dropFirst()
            let paths = Self.tables[name] ?? [name]
            #expect(tables.count == paths.count, "\(name)")
            for (table, path) in zip(tables, paths) {
                for text in table.split(separator: "\n") where text.hasPrefix("| `") {
                    rows.append(("\(path).\(text.dropFirst(3).prefix { $0 != "`" })", text))
                }
            }
        }
        return rows
    }

    private func places(in node: YAMLNode, at path: String) -> Set<String> {
        let below: [(name: String, node: YAMLNode)] =
            switch node.content {
            case .mapping(let entries): entries.map { ($0.key, $0.value) }
            case .sequence(let items): items.map { ("", $0) }
            case .scalar, .invalid: []
            }
        return below.reduce(into: []) { found, child in
            guard let place = KnownKey.place(of: child.name, in: path) else { return }
            found.formUnion(places(in: child.node, at: place).union([place]))
        }
    }
}
