import Addressing
import Queueing
import Resilience
import Testing
import Weir
import WeirConfiguration

@Suite struct GoodFileTests {
    @Test func `one app is enough, and all else has its default`() throws {
        let read = Reading.read("apps: {main: {appid: wx1, secret: s}}")
        #expect(read.problems == [])
        #expect(read.warnings == [])
        var expected = GatewayConfiguration()
        expected.apps["main"] = AppConfiguration(appID: "wx1", secret: "s")
        #expect(read.configuration == expected)
    }

    @Test func `every key reaches its value`() throws {
        let text = """
            server: {api: "0.0.0.0:0", admin: "[::1]:9000", admin_key: 0123456789abcdef-admin}
            storage: {path: /var/lib/weir, keep: {bodies: 1h, sent: 2d, failed: 3d, dead: 1h30m}}
            apps:
              main:
                appid: wx1
                secret_file: main.secret
                hosts: ["HTTP://127.0.0.1:8089/"]
                limits: {/cgi-bin/a: {rate: 6000/m, burst: 7}, default: {rate: 90/h}}
                accept_app_secret: true
            clients:
              a: {key: [0123456789abcdef, fedcba9876543210], apps: [main], apis: [/cgi-bin/b], rate: 50/s, weight: 3,
                  priority: low, max_priority: high, retry_class: own, errcodes: weir}
            breaker: {window: 1m, minimum_calls: 5, failure_rate: 0.25, consecutive_failures: 0, slow_call: 1s, slow_call_rate: 1,
                      open: 5s, open_max: 1m, probes: 2}
            retry:
              default: own
              budget: {ratio: 0.1, floor: 5/s}
              own: {attempts: 2, backoff: 1s, backoff_max: 4s, ladder: [1m, 2m], then_every: 1h,
                    ladder_jitter: 0.5, max_age: 1d, lifetime: 2d}
            queue: {capacity: 5}
            relay: {foreign_tokens: refuse, timeout: 3s, media_timeout: 2m, max_waiting: 7, max_waiting_bytes: 2MiB,
                    errcodes: wechat}
            upstream: {max_in_flight: 9, timeout: 6s, connect_timeout: 2s,
                       proxy: "http://proxy:3128", ca_file: /etc/ca.pem}
            log: {level: debug}
            """
        let files: [String: [UInt8]] = [
            "/etc/weir/main.secret": Array("  abc \n".utf8), "/etc/ca.pem": Array("-----BEGIN CERTIFICATE-----".utf8),
        ]
        let read = Reading.read(text, files: files, file: "/etc/weir/weir.yml")
        #expect(read.problems == [])
        #expect(read.configuration == everything)
    }

    private var everything: GatewayConfiguration {
        var expected = GatewayConfiguration()
        expected.server.api = HostPort(host: "0.0.0.0", port: 0)
        expected.server.admin = HostPort(host: "::1", port: 9000)
        expected.server.adminKey = "0123456789abcdef-admin"
        expected.storage.path = "/var/lib/weir"
        expected.storage.keep.bodies = .seconds(3600)
        expected.storage.keep.sent = .seconds(2 * 86_400)
        expected.storage.keep.failed = .seconds(3 * 86_400)
        expected.storage.keep.dead = .seconds(5400)
        var app = AppConfiguration(appID: "wx1", secret: "abc")
        app.hosts = ["http://127.0.0.1:8089"]
        app.limits["/cgi-bin/a"] = RateLimit(permits: 6000, per: .seconds(60), burst: 7)
        app.defaultLimit = RateLimit(permits: 90, per: .seconds(3600), burst: 1)
        app.acceptAppSecret = true
        expected.apps["main"] = app
        var client = ClientConfiguration(keys: ["0123456789abcdef", "fedcba9876543210"])
        client.apps = ["main"]
        client.apis = ["/cgi-bin/b"]
        client.rate = RateLimit(permits: 50, per: .seconds(1), burst: 50)
        client.priority = .low
        client.weight = 3
        client.maxPriority = .high
        client.retryClass = "own"
        client.errorCodes = .weir
        expected.clients["a"] = client
        setPolicies(&expected)
        return expected
    }

    private func setPolicies(_ expected: inout GatewayConfiguration) {
        expected.breaker.window = .seconds(60)
        expected.breaker.minimumCalls = 5
        expected.breaker.failureRate = 0.25
        expected.breaker.slowCall = .seconds(1)
        expected.breaker.consecutiveFailures = 0
        expected.breaker.slowCallRate = 1
        expected.breaker.open = .seconds(5)
        expected.breaker.openMax = .seconds(60)
        expected.breaker.probes = 2
        expected.retry.defaultClass = "own"
        expected.retry.budget.ratio = 0.1
        expected.retry.budget.floor = RateLimit(permits: 5, per: .seconds(1), burst: 5)
        expected.retry.classes["own"] = RetryPolicy(
            fastAttempts: 2,
            backoff: Backoff(base: .seconds(1), factor: 2, cap: .seconds(4), jitter: .full),
            ladder: [.seconds(60), .seconds(120)],
            thereafter: .seconds(3600),
            ladderJitter: 0.5,
            maxAge: .seconds(86_400),
            lifetime: .seconds(2 * 86_400)
        )
        expected.queue.capacity = 5
        expected.relay.foreignTokens = .refuse
        expected.relay.errorCodes = .wechat
        expected.relay.timeout = .seconds(3)
        expected.relay.mediaTimeout = .seconds(120)
        expected.relay.maxWaiting = 7
        expected.relay.maxWaitingBytes = 2 << 20
        expected.upstream.maxInFlight = 9
        expected.upstream.timeout = .seconds(6)
        expected.upstream.connectTimeout = .seconds(2)
        expected.upstream.proxy = "http://proxy:3128"
        expected.upstream.caFile = "/etc/ca.pem"
        expected.log.level = "debug"
    }

    @Test func `a built-in retry class is changed key by key, and a new one starts from available`() throws {
        let text = "retry: {consistent: {attempts: 2}, mine: {max_age: none, lifetime: 1d}, async: {then_every: none}}"
        let retry = try #require(Reading.read(Reading.app + text).configuration).retry
        var consistent = RetryPolicy.consistent
        consistent.fastAttempts = 2
        var mine = RetryPolicy.available
        mine.maxAge = nil
        mine.lifetime = .seconds(86_400)
        var asynchronous = RetryPolicy.asynchronous
        asynchronous.thereafter = nil
        #expect(
            retry.classes == ["consistent": consistent, "available": .available, "async": asynchronous, "mine": mine]
        )
    }

    @Test func `sections without lines are as good as absent`() throws {
        let text =
            "server:\nstorage:\n  keep:\nclients:\nbreaker: ~\nretry:\n  budget:\nqueue: null\n"
            + "relay:\nupstream:\nlog:\n"
        let read = Reading.read(Reading.app + text)
        #expect(read.problems == [])
        #expect(read.configuration == Reading.read(Reading.app).configuration)
    }

    @Test func `quotes do not change what a value means, and digits can be text`() throws {
        let read = Reading.read(
            "apps: {main: {appid: 12345, secret: '00000000000000000000'}}\nqueue: {capacity: \"7\"}"
        )
        let configuration = try #require(read.configuration)
        #expect(configuration.apps["main"]?.appID == "12345")
        #expect(configuration.apps["main"]?.secret == "00000000000000000000")
        #expect(configuration.queue.capacity == 7)
    }

    @Test(arguments: [
        "http://127.0.0.1", "http://127.255.0.9:1", "http://[::1]:8089", "http://localhost:65535",
        "https://api2.weixin.qq.com",
        "https://10.0.0.1:8443", "https://[2001:db8::1]",
    ])
    func `such a host is allowed`(_ host: String) {
        let read = Reading.read("apps: {main: {appid: wx1, secret: s, hosts: [\"\(host)\"]}}")
        #expect(read.configuration?.apps["main"]?.hosts == [host])
    }

    @Test func `a client that may ask for low at most gets low by default`() {
        let read = Reading.read(Reading.app + "clients: {a: {key: 0123456789abcdef, max_priority: low}}")
        #expect(read.configuration?.clients["a"]?.priority == .low)
    }

    @Test(arguments: [
        ("server: {api: \"0.0.0.0:8080\"}", "3:15: server.api: listens off loopback without clients"),
        ("server: {admin: \"10.0.0.1:8081\"}", "3:17: server.admin: listens off loopback without server.admin_key"),
        ("retry: {availabel: {}}", "3:9: retry.availabel: makes a new retry class; did you mean `available`?"),
    ])
    func `what is allowed and probably not meant is a warning`(_ text: String, _ expected: String) {
        let read = Reading.read(Reading.app + text)
        #expect(read.configuration != nil)
        #expect(read.warnings.count == 1)
        #expect(Reading.shortened(read.warnings).first?.hasPrefix(expected) == true, "\(read.warnings)")
    }

    @Test func `an app may have several hosts`() {
        let read = Reading.read("apps: {main: {appid: wx1, secret: s, hosts: [\"https://a.b\", \"https://c.d\"]}}")
        #expect(read.configuration?.apps["main"]?.hosts == ["https://a.b", "https://c.d"])
        #expect(read.warnings.isEmpty)
    }

    @Test func `with clients and an admin key nothing is worth a warning off loopback`() {
        let server = "server: {api: \"0.0.0.0:8080\", admin: \"0.0.0.0:8081\", admin_key: 0123456789abcdef}\n"
        let read = Reading.read(Reading.app + server + "clients: {a: {key: fedcba9876543210}}")
        #expect(read.configuration != nil)
        #expect(read.warnings == [])
    }
}
