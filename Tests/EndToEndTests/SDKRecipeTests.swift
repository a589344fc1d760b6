import Foundation
import Testing

/// The Python recipes as the pages print them, and every public method of the clients that they make.
@Suite struct SDKRecipeTests {
    /// What an SDK asks without any token, by a fault of its own: WeChat would refuse it too.
    private static let refused = ["wechatpy": ["/device/getqrcode 990006"]]
    /// Their pages are for people and browsers: no gateway stands before them.
    private static let pages: Set = ["mp.weixin.qq.com", "open.weixin.qq.com"]

    /// What sdk_recipes.py found out.
    private func run(_ page: String, _ sdk: String, _ weir: WeirProcess) async throws -> JSONAny {
        let base = "http://127.0.0.1:\(weir.api.port)"
        let run = try await CommandRun.python(
            "sdk_recipes.py",
            [page, sdk, base, SandboxProcess.appID, SandboxProcess.secret]
        )
        #expect(run.status == 0, "\(run.errors)")
        // An SDK may print what it likes before.
        return try #require(run.output.split(separator: "\n").last.flatMap { JSONAny(String($0)) })
    }

    private func strings(_ list: JSONAny?) -> [String] {
        list?.array.compactMap(\.string) ?? []
    }

    @Test(arguments: [
        ("README.md", "wechatpy"),
        ("README.zh-CN.md", "wechatpy"),
        ("docs/moving-over.md", "wechatpy"),
        ("docs/moving-over.md", "werobot"),
        ("docs/moving-over.md", "python-weixin"),
    ])
    func `no call of a printed recipe goes past Weir`(_ page: String, _ sdk: String) async throws {
        let stage = try await Stage.start()
        let result = try await run(Binary.packageRoot + "/" + page, sdk, stage.weir)
        #expect(strings(result["failed"]) == [])
        #expect(Set(strings(result["past"])).isSubset(of: Self.pages))
        #expect(strings(result["refused"]) == Self.refused[sdk] ?? [])
        let sent = strings(result["sent"]).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        let paths = try await stage.sandbox.requests().compactMap { $0["path"]?.string }
        let own: Set<String> = ["/cgi-bin/stable_token", "/cgi-bin/openapi/quota/get"]
        let arrived = paths.filter { !own.contains($0) || sent[$0] != nil }.reduce(into: [:]) {
            $0[$1, default: 0] += 1
        }
        #expect(!sent.isEmpty)
        // More often is allowed: Weir repeats what it may when an answer takes long. A ticket is asked for once, for all.
        let least = sent.merging(["/cgi-bin/ticket/getticket": 1]) { min($0, $1) }.filter { sent[$0.key] != nil }
        #expect(least.filter { arrived[$0.key, default: 0] < $0.value } == [:])
        #expect(Set(arrived.keys).subtracting(sent.keys) == [])
    }

    @Test func `a recipe that misses the groups with an address of their own is noticed`() async throws {
        let stage = try await Stage.start()
        let page = try TemporaryFolder()
        let file = try page.write(
            "page.md",
            """
            ```python
            from wechatpy import WeChatClient

            class WeirClient(WeChatClient):
                API_BASE_URL = "http://127.0.0.1:8080/cgi-bin/"

                def fetch_access_token(self):
                    return self._fetch_access_token(
                        url="http://127.0.0.1:8080/cgi-bin/token",
                        params={"grant_type": "client_credential", "appid": self.appid, "secret": self.secret},
                    )

            client = WeirClient("wx1234567890abcdef", "KEY")
            ```

            """
        )
        let result = try await run(file, "wechatpy", stage.weir)
        #expect(strings(result["past"]).contains("api.weixin.qq.com"))
        #expect(strings(result["failed"]).map { $0.prefix { $0 != ":" } } == ["datacube", "wxa"])
        #expect(strings(result["sent"]).contains("/cgi-bin/message/template/send"))
    }
}
