import Testing
import Weir
import WeirConfiguration

/// Each bad file, with what is said about it and where.
@Suite struct BadFileTests {
    @Test(arguments: [
        ("", "1:1: the file is empty; the smallest one is an app"),
        ("# nothing\n", "1:1: the file is empty; the smallest one is an app"),
        ("---\n", "1:1: the file is empty; the smallest one is an app"),
        ("{}", "1:1: apps: missing; the smallest file is one app with its appid and secret"),
        ("apps:", "1:1: apps: holds no app; there must be one at least"),
        ("apps: {}", "1:1: apps: holds no app; there must be one at least"),
        ("apps: 5", "1:7: apps: expected a mapping, found a single value"),
        ("- apps", "1:1: expected a mapping, found a list"),
        ("apps", "1:1: expected a mapping, found a single value"),
        ("apps:\n\tmain: {}", "2:1: a tab cannot indent: use spaces"),
        ("a: 1\n---\nb: 2", "2:1: a second document begins here: a file holds one"),
        (
            "apps: [",
            "not valid YAML: did not find expected node content, while parsing a flow node that begins on line"
        ),
        ("apps:\n  main: \u{1}", "2:9: the character U+0001 is not allowed"),
    ])
    func `a file without a usable document is refused where it goes wrong`(_ text: String, _ expected: String) {
        let problems = Reading.problems(text)
        #expect(problems.first?.contains(expected) == true, "\(problems)")
    }

    @Test(arguments: [
        ("sever: {}", "3:1: sever: unknown key; did you mean `server`?"),
        ("callbacks: {}", "3:1: callbacks: unknown key; known here, the nearest first: "),
        ("server: {prot: 1}", "3:10: server.prot: unknown key; known here, the nearest first: `api`"),
        ("server: {adminkey: 1}", "3:10: server.adminkey: unknown key; did you mean `admin_key`?"),
        ("server: []", "3:9: server: expected a mapping, found a list"),
        ("server: {api: [1]}", "3:15: server.api: expected a single value, found a list"),
        ("server:\n  api:\n", "4:7: server.api: has no value; leave the key out for its default"),
        ("server: {api: \"\"}", "3:15: server.api: is empty"),
        ("server: {api: 8080}", "3:15: server.api: `8080` is not an address to listen on; write such as"),
        ("server: {api: \":8080\"}", "3:15: server.api: `:8080` is not an address"),
        ("server: {api: \"127.0.0.1:65536\"}", "3:15: server.api: `127.0.0.1:65536` is not an address"),
        ("server: {api: \"127.0.0.1:-1\"}", "3:15: server.api: `127.0.0.1:-1` is not an address"),
        ("server: {api: \"127.0.0.1:+80\"}", "3:15: server.api: `127.0.0.1:+80` is not an address"),
        ("server: {api: \"::1:80\"}", "3:15: server.api: `::1:80` is not an address"),
        ("server: {api: \"[abc]:80\"}", "3:15: server.api: `[abc]:80` is not an address"),
        ("server: {api: \"127.0.0.300:80\"}", "3:15: server.api: `127.0.0.300:80` is not an address"),
        ("server: {admin: \"127.0.0.1:8080\"}", "3:17: server.admin: api and admin would listen on the same port 8080"),
        ("server: {admin: \"0.0.0.0:8080\"}", "3:17: server.admin: api and admin would listen on the same port 8080"),
        ("server: {admin_key: short}", "3:21: server.admin_key: a key has 16 to 256 characters, and this one 5;"),
        ("server: {admin_key: \"with a space in the key\"}", "3:21: server.admin_key: a key holds only visible ASCII"),
        ("storage: {path: /}", "3:17: storage.path: needs a folder of its own, not the root of the file system"),
        ("storage: {path: \"a\\nb\"}", "3:17: storage.path: not a path"),
        ("storage: {keep: {sent: 7}}", "3:24: storage.keep.sent: `7` has no unit; write such as 250ms"),
        ("storage: {keep: {sent: 7w}}", "3:24: storage.keep.sent: `7w` is not a duration; write such as"),
        ("storage: {keep: {sent: 4000d}}", "3:24: storage.keep.sent: `4000d` is not between 0s and 3650d"),
        ("storage: {keep: {sendt: 7d}}", "3:18: storage.keep.sendt: unknown key; did you mean `sent`?"),
        ("breaker: {window: 0s}", "3:19: breaker.window: `0s` is not between 1s and 1h"),
        ("breaker: {minimum_calls: 0}", "3:26: breaker.minimum_calls: `0` is not between 1 and 1000000"),
        (
            "breaker: {consecutive_failures: -1}",
            "3:33: breaker.consecutive_failures: `-1` is not between 0 and 1000000"
        ),
        ("breaker: {minimum_calls: many}", "3:26: breaker.minimum_calls: `many` is not a whole number"),
        ("breaker: {failure_rate: 0}", "3:25: breaker.failure_rate: `0` is not above 0.0 and at most 1.0"),
        ("breaker: {failure_rate: 50%}", "3:25: breaker.failure_rate: `50%` is not a decimal number such as 0.5"),
        ("breaker: {failure_rate: nan}", "3:25: breaker.failure_rate: `nan` is not a decimal number such as 0.5"),
        ("breaker: {open: 10m}", "3:17: breaker.open: open (10m) is longer than open_max (5m)"),
        ("breaker: {probes: 33}", "3:19: breaker.probes: `33` is not between 1 and 32"),
        ("queue: {capacity: 0}", "3:19: queue.capacity: `0` is not between 1 and 10000000"),
        ("queue: {capacity: -1}", "3:19: queue.capacity: `-1` is not between 1 and 10000000"),
        ("queue: {capacity: 1e6}", "3:19: queue.capacity: `1e6` is not a whole number"),
        ("queue: {capacity: 99999999999999999999}", "3:19: queue.capacity: `99999999999999999999` is not between"),
        (
            "relay: {foreign_tokens: pas}",
            "3:25: relay.foreign_tokens: `pas` is none of pass, refuse; did you mean `pass`?"
        ),
        ("relay: {errcodes: wechta}", "3:19: relay.errcodes: `wechta` is none of weir, wechat; did you mean `wechat`?"),
        ("relay: {timeout: 4.5s}", "3:18: relay.timeout: `4.5s` is not a duration"),
        ("relay: {max_waiting_bytes: 64MB}", "3:28: relay.max_waiting_bytes: `64MB` is not a number of bytes"),
        ("relay: {max_waiting_bytes: 1}", "3:28: relay.max_waiting_bytes: `1` is not between 1MiB and 64GiB"),
        ("upstream: {max_in_flight: 0}", "3:27: upstream.max_in_flight: `0` is not between 1 and 10000"),
        ("upstream: {timeout: 500ms}", "3:21: upstream.timeout: connect_timeout (1s) is longer than timeout (500ms)"),
        (
            "upstream: {proxy: \"socks5://a:1\"}",
            "3:19: upstream.proxy: not the address of a proxy; write http://host:port"
        ),
        ("upstream: {ca_file: ca.pem}", "3:21: upstream.ca_file: the file `ca.pem` does not exist"),
        (
            "log: {level: warn}",
            "3:14: log.level: `warn` is none of trace, debug, info, notice, warning, error, critical"
        ),
    ])
    func `a wrong value of a section is named with its place`(_ text: String, _ expected: String) {
        let problems = Reading.problems(Reading.app + text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test(arguments: [
        ("main: {secret: s}", "2:3: apps.main: needs appid"),
        ("main: {appid: wx1}", "2:3: apps.main: needs secret or secret_file"),
        ("main: wx1", "2:9: apps.main: expected a mapping, found a single value"),
        ("Main: {appid: wx1, secret: s}", "2:3: apps.Main: not a name: a name begins with a-z or 0-9"),
        ("ma.in: {appid: wx1, secret: s}", "2:3: apps.ma.in: not a name"),
        ("main: {appid: wx 1, secret: s}", "2:17: apps.main.appid: `wx 1` is not an AppID"),
        ("main: {appid: wx1, secret: s, hots: []}", "2:33: apps.main.hots: unknown key; did you mean `hosts`?"),
        ("main: {appid: wx1, secret: s, secret_file: f}", "2:33: apps.main.secret_file: stands beside secret"),
        ("main: {appid: wx1, secret_file: f}", "2:35: apps.main.secret_file: the file `f` does not exist"),
        ("main: {appid: wx1, secret: \"a\\tb\"}", "2:30: apps.main.secret: the secret holds a control character"),
        ("main: {appid: wx1, secret: s, hosts: []}", "2:40: apps.main.hosts: names no host;"),
        ("main: {appid: wx1, secret: s, hosts: \"https://a\"}", "2:40: apps.main.hosts: expected a list such as"),
        ("main: {appid: wx1, secret: s, hosts: [a]}", "2:41: apps.main.hosts: not a host; write such as"),
        (
            "main: {appid: wx1, secret: s, hosts: [\"http://api.weixin.qq.com\"]}",
            "2:41: apps.main.hosts: plain http is"
        ),
        (
            "main: {appid: wx1, secret: s, hosts: [\"http://127.0.0.1.evil.example\"]}",
            "2:41: apps.main.hosts: plain http is"
        ),
        (
            "main: {appid: wx1, secret: s, hosts: [\"http://localhost.evil.example\"]}",
            "2:41: apps.main.hosts: plain http is"
        ),
        ("main: {appid: wx1, secret: s, hosts: [\"http://10.0.0.1\"]}", "2:41: apps.main.hosts: plain http is"),
        (
            "main: {appid: wx1, secret: s, hosts: [\"https://a/b\"]}",
            "2:41: apps.main.hosts: a host is scheme, name and port"
        ),
        ("main: {appid: wx1, secret: s, hosts: [\"https://a:0\"]}", "2:41: apps.main.hosts: not a host"),
        (
            "main: {appid: wx1, secret: s, hosts: [\"https://a\", \"https://A/\"]}",
            "2:54: apps.main.hosts: the same host"
        ),
        (
            "main: {appid: wx1, secret: s, limits: {defualt: {rate: 1/s}}}",
            "2:42: apps.main.limits.defualt: not a path or `default`"
        ),
        ("main: {appid: wx1, secret: s, limits: {/a?b: {rate: 1/s}}}", "2:42: apps.main.limits./a…: not a path"),
        ("main: {appid: wx1, secret: s, limits: {/a: {}}}", "2:42: apps.main.limits./a: needs rate"),
        ("main: {appid: wx1, secret: s, quota: {/a: {}}}", "2:41: apps.main.quota./a: needs limit"),
        (
            "main: {appid: wx1, secret: s, quota: {/a: {limit: 5/s}}}",
            "2:53: apps.main.quota./a.limit: a quota is counted by days"
        ),
        (
            "main: {appid: wx1, secret: s, quota: {/a: {limit: 5/d, reserve: 2}}}",
            "2:67: apps.main.quota./a.reserve: `2` is not between 0.0 and 1.0"
        ),
        (
            "main: {appid: wx1, secret: s, quota: {/sns/userinfo: {limit: 5/d}}}",
            "2:41: apps.main.quota./sns/userinfo: WeChat counts no calls of this path"
        ),
        (
            "main: {appid: wx1, secret: s, quota: {default: {limit: 5/d}}}",
            "2:41: apps.main.quota.default: not a path; write"
        ),
        ("main: {appid: wx1, secret: s, limits: {/a: {burst: 1}}}", "2:42: apps.main.limits./a: needs rate"),
        ("main: {appid: wx1, secret: s, limits: {/a: 5/s}}", "2:46: apps.main.limits./a: expected a mapping"),
        (
            "main: {appid: wx1, secret: s, limits: {/a: {rate: 0/s}}}",
            "2:53: apps.main.limits./a.rate: `0/s` would let nothing"
        ),
        (
            "main: {appid: wx1, secret: s, limits: {/a: {rate: -1/s}}}",
            "2:53: apps.main.limits./a.rate: `-1/s` is not a rate"
        ),
        ("main: {appid: wx1, secret: s, limits: {/a: {rate: 5}}}", "2:53: apps.main.limits./a.rate: `5` is not a rate"),
        (
            "main: {appid: wx1, secret: s, limits: {/a: {rate: 1000001/s}}}",
            "2:53: apps.main.limits./a.rate: `1000001/s` is more"
        ),
        (
            "main: {appid: wx1, secret: s, limits: {/a: {rate: 60000001/m}}}",
            "2:53: apps.main.limits./a.rate: `60000001/m` is"
        ),
        (
            "main: {appid: wx1, secret: s, limits: {/a: {rate: 1/s, burst: 0}}}",
            "2:65: apps.main.limits./a.burst: `0` is not"
        ),
        (
            "main: {appid: wx1, secret: s, accept_app_secret: yes}",
            "2:52: apps.main.accept_app_secret: `yes` is none of true, false"
        ),
        (
            "main: {appid: wx1, secret: s}\n  other: {appid: wx1, secret: t}",
            "3:18: apps.other.appid: apps.main has the same AppID"
        ),
        (
            "main: {appid: wx1, secret: s}\n  wx1: {appid: wx2, secret: t}",
            "2:17: apps.main.appid: another app has this AppID as its"
        ),
        (
            "main: {appid: wx1, secret: s}\n  main: {appid: wx2, secret: t}",
            "3:3: the key `main` occurs again; it is first on line 2"
        ),
    ])
    func `a wrong app is named with its place`(_ text: String, _ expected: String) {
        let problems = Reading.problems("apps:\n  " + text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test(arguments: [
        ("a: {}", "4:3: clients.a: needs key"),
        ("a: {key: 0123456789abcde}", "4:12: clients.a.key: a key has 16 to 256 characters, and this one 15;"),
        ("a: {key: []}", "4:12: clients.a.key: names no key"),
        ("a_Client: {key: 0123456789abcdef}", "4:3: clients.a_Client: not a name"),
        ("a: {key: 0123456789abcdef, apps: []}", "4:36: clients.a.apps: names no app; leave the key out for all apps"),
        (
            "a: {key: 0123456789abcdef, apps: main}",
            "4:36: clients.a.apps: expected a list such as [main], found a single"
        ),
        (
            "a: {key: 0123456789abcdef, apps: [mian]}",
            "4:37: clients.a.apps: there is no app `mian`; did you mean `main`?"
        ),
        ("a: {key: 0123456789abcdef, apps: [main, main]}", "4:43: clients.a.apps: `main` is listed twice"),
        ("a: {key: 0123456789abcdef, apis: [mass]}", "4:37: clients.a.apis: not a path; write such as"),
        ("a: {key: 0123456789abcdef, rate: fast}", "4:36: clients.a.rate: `fast` is not a rate"),
        ("a: {key: 0123456789abcdef, weight: 0}", "4:38: clients.a.weight: `0` is not between 1 and 1000"),
        ("a: {key: 0123456789abcdef, weight: heavy}", "4:38: clients.a.weight: `heavy` is not a whole number"),
        (
            "a: {key: 0123456789abcdef, priority: hihg}",
            "4:40: clients.a.priority: `hihg` is none of urgent, high, normal, low; did"
        ),
        (
            "a: {key: 0123456789abcdef, priority: high, max_priority: normal}",
            "4:40: clients.a.priority: high is above max_priority"
        ),
        (
            "a: {key: 0123456789abcdef, retry_class: asnyc}",
            "4:43: clients.a.retry_class: `asnyc` is none of async, available, consi"
        ),
        ("a: {key: 0123456789abcdef, rtae: 1/s}", "4:30: clients.a.rtae: unknown key; did you mean `rate`?"),
        (
            "a: {key: 0123456789abcdef}\n  b: {key: 0123456789abcdef}",
            "5:12: clients.b.key: the same as the key of clients.a"
        ),
        ("a: {key: [0123456789abcdef, 0123456789abcdef]}", "4:12: clients.a.key: the same as the key of clients.a"),
    ])
    func `a wrong client is named with its place`(_ text: String, _ expected: String) {
        let problems = Reading.problems(Reading.app + "clients:\n  " + text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test(arguments: [
        ("default: fast", "4:12: retry.default: `fast` is none of async, available, consistent"),
        ("budget: {ratio: 2}", "4:19: retry.budget.ratio: `2` is not between 0.0 and 1.0"),
        ("budget: {floor: 10}", "4:19: retry.budget.floor: `10` is not a rate"),
        ("budget: {rato: 1}", "4:12: retry.budget.rato: unknown key; did you mean `ratio`?"),
        ("available: {attempts: 0}", "4:25: retry.available.attempts: `0` is not between 1 and 20"),
        ("available: {attempts: 21}", "4:25: retry.available.attempts: `21` is not between 1 and 20"),
        ("available: {backoff: 20s}", "4:24: retry.available.backoff: backoff (20s) is longer than backoff_max (10s)"),
        (
            "available: {ladder: 5s}",
            "4:23: retry.available.ladder: expected a list such as [15s, 1m, 5m], found a single value"
        ),
        ("available: {ladder: [5s, x]}", "4:28: retry.available.ladder: `x` is not a duration"),
        ("available: {ladder_jitter: 1}", "4:30: retry.available.ladder_jitter: `1` is not between 0.0 and 0.9"),
        (
            "available: {max_age: none}",
            "4:3: retry.available: needs max_age or lifetime, else its messages are retried for ever"
        ),
        ("own: {ladders: [1m]}", "4:9: retry.own.ladders: unknown key; did you mean `ladder`?"),
        ("Own: {}", "4:3: retry.Own: not a name"),
        ("available: 5", "4:14: retry.available: expected a mapping, found a single value"),
    ])
    func `a wrong retry class is named with its place`(_ text: String, _ expected: String) {
        let problems = Reading.problems(Reading.app + "retry:\n  " + text)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test func `every problem is found in one go, in the file's order`() {
        let text = """
            sever: {}
            breaker: {window: 0s, probes: 0}
            apps:
              main: {appid: "", secret: "${NONE}", secret: t}
              main: {}
            queue: {capacity: x}
            queue: {capacity: 5}
            clients: {a: {key: short, apps: [nobody]}}
            """
        let places = Reading.problems(text).map { $0.split(separator: ":").prefix(2).joined(separator: ":") }
        #expect(places == ["1:1", "2:19", "2:31", "4:17", "4:29", "4:40", "5:3", "6:19", "7:1", "8:20", "8:34"])
        #expect(Reading.read(text).configuration == nil)
    }

    @Test func `more problems than anyone reads are counted`() {
        let text = (1...150).map { "unknown\($0): 1\n" }.joined() + Reading.app
        let problems = Reading.problems(text)
        #expect(problems.count == 101)
        #expect(problems.last == "101:1: and 50 more from here on")
    }
}
