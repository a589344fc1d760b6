import Testing
import Weir
import WeirConfiguration

@Suite struct AdminTests {
    private static let key = "alice-0123456789"

    private static func file(_ admin: String, server: String = "") -> String {
        """
        server: {\(server)}
        admin: \(admin)
        apps:
          main: {appid: wx1, secret: s}
        clients:
          orders: {key: orders-0123456789}
        """
    }

    @Test func `operators are read with their keys and roles, and keys are not shown`() throws {
        let read = Reading.read(
            Self.file("{keys: {alice: {key: \(Self.key), role: act}, grafana: {key: grafana-012345678}}}")
        )
        let configuration = try #require(read.configuration, "\(read.problems)")
        #expect(configuration.admin.keys["alice"] == OperatorKey(key: Self.key, role: .act))
        #expect(configuration.admin.keys["grafana"]?.role == .see)
        let shown = configuration.redactedLines.joined(separator: "\n")
        #expect(shown.contains("admin.keys.alice.role: act") && !shown.contains(Self.key))
        let old = try #require(Reading.read(Self.file("{}")).configuration)
        let changes = ConfigurationChanges(from: old, to: configuration).all.map(\.description)
        #expect(changes == ["admin.keys.alice: added", "admin.keys.grafana: added"])
    }

    @Test(arguments: [
        ("{keys: {alice: {role: act}}}", "admin.keys.alice: needs key"),
        ("{keys: {alice: {key: short}}}", "admin.keys.alice.key: a key has 16 to 256 characters"),
        ("{keys: {alice: {key: \(key), role: root}}}", "admin.keys.alice.role: `root` is none of"),
        ("{keys: {loopback: {key: \(key)}}}", "admin.keys.loopback: this name stands for"),
        ("{keys: {alice: {key: orders-0123456789}}}", "clients.orders.key: the same as the key of admin.keys.alice"),
        ("{keys: {alice: {key: \(key)}, bob: {key: \(key)}}}", "admin.keys.bob.key: the same as"),
        ("{keys: {alice: {key: admin-0123456789}}}", "admin.keys.alice.key: the same as server.admin_key"),
        ("{keys: {alice: {key: \(key), name: x}}}", "admin.keys.alice.name: unknown key"),
        ("{key: x}", "admin.key: unknown key"),
    ])
    func `what is wrong with an operator is named`(_ admin: String, _ problem: String) {
        let problems = Reading.read(Self.file(admin, server: "admin_key: admin-0123456789")).problems.map(\.message)
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    @Test func `so many operators may be, and no more`() {
        let keys = { (count: Int) in
            (0..<count).map { "n\($0): {key: key-of-operator-\($0)}" }.joined(separator: ", ")
        }
        #expect(Reading.read(Self.file("{keys: {\(keys(100))}}")).configuration?.admin.keys.count == 100)
        let problems = Reading.read(Self.file("{keys: {\(keys(101))}}")).problems.map(\.message)
        #expect(problems.contains { $0.hasPrefix("admin.keys: holds 101 operators; at most 100") }, "\(problems)")
    }
}
