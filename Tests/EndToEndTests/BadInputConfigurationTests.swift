import Foundation
import Testing

/// Configuration files that can't be, and starts that can't succeed.
struct BadInputConfigurationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var yaml: String
        /// Line and column, and what the message must say.
        var place: String
        var words: [String]

        var testDescription: String { name }
    }

    private static let app = "apps:\n  main: {appid: wx1, secret: \"0123456789abcdef\"}\n"

    static let cases: [Case] = [
        Case(
            name: "an unknown key",
            yaml: app + "serverr: {api: \"127.0.0.1:0\"}\n",
            place: "3:1",
            words: ["serverr", "`server`"]
        ),
        Case(
            name: "an unknown key inside",
            yaml: app + "queue:\n  capasity: 10\n",
            place: "4:3",
            words: ["queue.capasity", "`capacity`"]
        ),
        Case(
            name: "a bad rate",
            yaml: "apps:\n  main:\n    appid: wx1\n    secret: abc\n    limits:\n      default: {rate: fast}\n",
            place: "6:23",
            words: ["fast", "100/s"]
        ),
        Case(
            name: "a rate of nothing",
            yaml: "apps:\n  main:\n    appid: wx1\n    secret: abc\n    limits:\n      default: {rate: 0/s}\n",
            place: "6:23",
            words: ["0/s", "at least 1"]
        ),
        Case(
            name: "two apps with one AppID",
            yaml: "apps:\n  a: {appid: wx1, secret: abc}\n  b: {appid: wx1, secret: def}\n",
            place: "3:14",
            words: ["apps.b.appid", "apps.a has the same AppID"]
        ),
        Case(
            name: "an environment variable that isn't set",
            yaml: "apps:\n  main: {appid: wx1, secret: \"${WEIR_SURELY_NOT_SET}\"}\n",
            place: "2:30",
            words: ["apps.main.secret", "WEIR_SURELY_NOT_SET is not set"]
        ),
        Case(name: "no apps", yaml: "queue: {capacity: 10}\n", place: "1:1", words: ["apps", "missing"]),
        Case(name: "no YAML", yaml: "apps: [\n", place: "", words: []),
        Case(name: "nothing", yaml: "", place: "1:1", words: ["empty"]),
        Case(
            name: "a duration without unit",
            yaml: app + "breaker: {open: 10}\n",
            place: "3:17",
            words: ["no unit", "30s"]
        ),
        Case(
            name: "plain http to the world",
            yaml: "apps:\n  main: {appid: wx1, secret: abc, hosts: [\"http://example.com\"]}\n",
            place: "2:",
            words: ["https", "loopback"]
        ),
        Case(
            name: "what comes later",
            yaml: app + "callback: {listen: \"127.0.0.1:0\"}\n",
            place: "3:1",
            words: ["callback"]
        ),
    ]

    @Test(arguments: cases)
    func `check and serve name the place, the problem and the way out`(bad: Case) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("weir.yml", bad.yaml)
        let check = try await CommandRun.weir(["check", "--config", file])
        #expect(check.status == 1)
        #expect(check.errors.hasPrefix("\(file):\(bad.place)"), "\(check.errors)")
        for words in bad.words { #expect(check.errors.contains(words), "\(check.errors)") }
        #expect(check.output.isEmpty)
        let serve = try await CommandRun.weir(["serve", "--config", file])
        #expect(serve.status == 1)
        #expect(serve.errors == check.errors)
    }

    @Test func `all problems are found in one go`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            "weir.yml",
            "apps:\n  main: {appid: \"?\", secrett: abc}\nbreaker: {open: never}\nlogg: {}\n"
        )
        let check = try await CommandRun.weir(["check", "--config", file])
        #expect(check.status == 1)
        let lines = check.errors.split(separator: "\n")
        #expect(lines.count >= 4, "\(check.errors)")
        #expect(lines.allSatisfy { $0.hasPrefix("\(file):") })
    }

    @Test func `a good file passes, and a secret is never shown`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("weir.yml", Self.app)
        let check = try await CommandRun.weir(["check", "--config", file])
        #expect(check.status == 0)
        #expect(check.output == "\(file): ok\n")
        let bad = try folder.write("bad.yml", Self.app + "clients: {orders: {key: \"short-SECRET\"}}\n")
        let refused = try await CommandRun.weir(["check", "--config", bad])
        #expect(refused.status == 1)
        #expect(!refused.errors.contains("SECRET"))
    }

    @Test func `a file that isn't there is told so`() async throws {
        let run = try await CommandRun.weir(["check", "--config", "/nowhere/weir.yml"])
        #expect(run.status == 1)
        #expect(run.errors.contains("/nowhere/weir.yml") && run.errors.contains("does not exist"), "\(run.errors)")
    }

    @Test func `a port in use is told with its listener and address, and the one that has it lives on`() async throws {
        let stage = try await Stage.start()
        var settings = stage.settings
        settings.folder = try TemporaryFolder()
        settings.storage = settings.folder.path + "/data"
        settings.api = "127.0.0.1:\(stage.weir.api.port)"
        let run = try await CommandRun.weir(["serve", "--config", settings.write()])
        #expect(run.status == 1)
        #expect(
            run.errors.contains("api") && run.errors.contains(settings.api) && run.errors.contains("in use"),
            "\(run.errors)"
        )
        #expect(try await stage.weir.admin.get("/healthz").status == 200)
    }

    @Test func `a journal that another process has is told with its folder`() async throws {
        let stage = try await Stage.start()
        let run = try await CommandRun.weir(["serve", "--config", stage.settings.file])
        #expect(run.status == 1)
        #expect(run.errors.contains(stage.settings.storage), "\(run.errors)")
        #expect(try await stage.weir.admin.get("/readyz/messages").status == 200)
    }
}
