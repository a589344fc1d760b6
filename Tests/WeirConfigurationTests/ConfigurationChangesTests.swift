import Testing
import Weir
import WeirConfiguration

@Suite struct ConfigurationChangesTests {
    @Test func `equal configurations have no changes`() throws {
        let configuration = try read(Reading.app)
        #expect(ConfigurationChanges(from: configuration, to: configuration).isEmpty)
    }

    @Test func `each change names its key, both values, and whether it takes a restart`() throws {
        let old = try read(Reading.app)
        let new = try read(
            """
            apps: {main: {appid: wx2, secret: other, limits: {/a: {rate: 5/s, burst: 9}}}}
            server: {api: "127.0.0.1:1", admin_key: 0123456789abcdef}
            storage: {path: /x, keep: {sent: 1d}}
            breaker: {window: 1m}
            upstream: {proxy: "http://p:1", timeout: 6s}
            log: {level: debug}
            """
        )
        let changes = ConfigurationChanges(from: old, to: new)
        #expect(
            changes.all.map(\.description) == [
                "apps.main.appid: wx1 → wx2",
                "apps.main.limits./a: set to {rate: 5/s, burst: 9}",
                "apps.main.secret: changed",
                "breaker.window: 30s → 1m",
                "log.level: info → debug",
                "server.admin_key: none → (secret)",
                "server.api: 127.0.0.1:8080 → 127.0.0.1:1 (after a restart)",
                "storage.keep.sent: 7d → 1d",
                "storage.path: ./weir-data → /x (after a restart)",
                "upstream.proxy: none → http://p:1 (after a restart)",
                "upstream.timeout: 5s → 6s",
            ]
        )
        #expect(changes.restartRequired.map(\.key).count == 3)
    }

    @Test func `apps, clients and classes that come or go are one change each`() throws {
        let old = try read(Reading.app + "clients: {a: {key: 0123456789abcdef}}\nretry: {own: {}}")
        let new = try read(
            "apps: {main: {appid: wx1, secret: s}, more: {appid: wx2, secret: t}}\n"
                + "clients: {b: {key: 0123456789abcdef}}"
        )
        let changes = ConfigurationChanges(from: old, to: new)
        #expect(
            changes.all.map(\.description) == [
                "apps.more: added", "clients.a: removed", "clients.b: added", "retry.own: removed",
            ]
        )
    }

    @Test func `no secret is printed`() throws {
        let old = try read("apps: {main: {appid: wx1, secret: 5up3r-app}}\nclients: {a: {key: 5up3r-0123456789}}")
        let admin = "server: {admin_key: 5up3r-admin-012345}"
        let new = try read(
            "apps: {main: {appid: wx1, secret: 5up3r-new}}\nclients: {a: {key: 5up3r-9876543210}}\n" + admin
        )
        let lines = ConfigurationChanges(from: old, to: new).all.map(\.description) + new.redactedLines
        #expect(lines.count > 50)
        #expect(!lines.contains { $0.contains("5up3r") })
        #expect(lines.contains("clients.a.key: changed"))
        #expect(lines.contains("apps.main.secret: (secret)"))
    }

    private func read(_ text: String) throws -> GatewayConfiguration {
        let result = Reading.read(text)
        return try #require(result.configuration, "\(result.problems)")
    }
}
