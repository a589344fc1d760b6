import Testing
import Weir

@testable import WeirConfiguration

@Suite struct SecretTests {
    @Test(arguments: [
        ("missing", nil, "the file `missing` does not exist"),
        ("empty", [UInt8](" \n\t".utf8), "the file `empty` is empty"),
        ("large", [UInt8](repeating: 97, count: 4097), "the file `large` has more than 4096 bytes"),
        ("binary", [0xFF, 0xFE], "the file `binary` is not UTF-8 text"),
        ("lines", [UInt8]("one\ntwo".utf8), "the secret holds a control character or spans lines"),
        ("long", [UInt8](repeating: 97, count: 1025), "the secret is longer than 1024 bytes"),
    ])
    func `a secret's file that cannot serve is a problem`(_ name: String, _ bytes: [UInt8]?, _ expected: String) {
        let files = bytes.map { ["conf/\(name)": $0] } ?? [:]
        let text = "apps: {main: {appid: wx1, secret_file: \(name)}}"
        let read = Reading.read(text, files: files, file: "conf/weir.yml")
        #expect(read.problems.map(\.description) == ["conf/weir.yml:1:40: apps.main.secret_file: \(expected)"])
    }

    @Test func `a secret's file is found beside the configuration, or by its whole path`() {
        let files = ["conf/s": Array("beside\r\n".utf8), "/s": Array("whole".utf8)]
        for (path, secret) in [("s", "beside"), ("/s", "whole")] {
            let text = "apps: {main: {appid: wx1, secret_file: \(path)}}"
            let read = Reading.read(text, files: files, file: "conf/weir.yml")
            #expect(read.configuration?.apps["main"]?.secret == secret)
        }
    }

    @Test func `what a secret's file holds is not expanded`() {
        let text = "apps: {main: {appid: wx1, secret_file: s}}"
        let read = Reading.read(text, environment: ["A": "b"], files: ["s": Array("${A}".utf8)])
        #expect(read.configuration?.apps["main"]?.secret == "${A}")
    }

    @Test func `no key is another key, the admin's key or an AppSecret`() {
        let text = """
            apps: {main: {appid: wx1, secret: 0123456789abcdef-app}}
            server: {admin_key: 0123456789abcdef-admin}
            clients:
              a: {key: 0123456789abcdef-app}
              b: {key: [0123456789abcdef-own, 0123456789abcdef-admin]}
            """
        #expect(
            Reading.problems(text) == [
                "4:12: clients.a.key: the same as the secret of apps.main",
                "5:12: clients.b.key: the same as server.admin_key",
            ]
        )
    }

    /// Each text puts the secret where something goes wrong with it or beside it.
    @Test(arguments: [
        "apps: {main: {appid: wx1, secret: \"SECRET\\n\"}}",
        "apps: {main: {appid: wx1, secret:SECRET}}",
        "apps: {main: {appid: wx1, secret: {SECRET: 1}, hosts: [\"https://user:SECRET@host\"]}}",
        "apps: {main: SECRET}",
        "apps: {main: {appid: wx1, secret: SECRET: x}}",
        "apps:\n  main:\n    appid: wx1\n    secret:SECRET\n",
        "apps:\n  main:\n    appid: wx1\n    secret: \"SECRET\n",
        "apps:\n  main:\n    appid: wx1\n    secret: *SECRET*\n",
        "apps: {main: {appid: \"${S} x\", secret: t}}",
        "apps: {main: {appid: wx1, secret: t, hosts: [\"${S}\"]}}",
        "apps: {main: {appid: wx1, secret: SECRET, secret: SECRET}}\nclients: {a: {key: \"SECRET SECRET\"}}",
        "server: {api: \"${S}\", admin_key: \"SEC\"}\nupstream: {proxy: \"http://user:SECRET@proxy:1\"}",
        "storage: {path: \"${S}\\n\", keep: {sent: \"${S}\"}}\nlog: {level: \"${S}\"}\nqueue: {capacity: \"${S}\"}",
        "breaker: {failure_rate: \"${S}\"}\nrelay: {max_waiting_bytes: \"${S}\"}",
        "retry: {default: \"${S}\", budget: {floor: \"${S}\"}}",
        "apps: {main: {appid: wx1, secret_file: \"${S}\"}}",
        "clients: {a: {key: \"${S}\", apps: [\"${S}\"], apis: [\"${S}\"]}}",
        "clients: {a: {key: \"${SECRET\"}, b: {key: \"x${S E}SECRET\"}}",
    ])
    func `no problem prints a secret`(_ template: String) {
        let secret = "5up3r53cr3t"
        let text = template.replacing("${SECRET", with: "${\(secret)").replacing("SECRET", with: secret)
        let read = Reading.read(text, environment: ["S": secret])
        #expect(!read.problems.isEmpty)
        for problem in read.problems + read.warnings {
            #expect(!problem.description.contains(secret), "\(problem)")
        }
    }
}
