import Testing

/// What Weir says of errcodes, to clients, operators and shells.
@Suite(.serialized)
struct ErrorCodeWordsTests {
    @Test func `clients and operators are told what a code means, in their language`() async throws {
        let stage = try await Stage.start { $0.sections = Stage.clients(["orders": ""]) }
        let key = Stage.authorization(of: "orders")
        let english = try await stage.weir.api.call("GET", "/v1/errcodes/45009", headers: key)
        #expect(english.status == 200 && english.header("content-language") == "en")
        #expect(english.data?["meaning"]?.string == "daily quota of this api used up")
        let asked = key + [("Accept-Language", "fr, zh-CN;q=0.9, en;q=0.8")]
        let chinese = try await stage.weir.api.call("GET", "/v1/errcodes/45009", headers: asked)
        #expect(chinese.header("content-language") == "zh")
        #expect(chinese.data?["meaning"]?.string == "该接口当日调用次数已用完")
        #expect(chinese.data?["when"]?.string?.contains("上海") == true)
        #expect(try await stage.weir.api.get("/v1/errcodes/45009").status == 401)
        let operators = try await stage.weir.admin.get("/v1/errcodes/-1")
        #expect(operators.data?["fault"]?.string == "wechat" && operators.data?["retried"] == .bool(true))
        let token = try await stage.weir.admin.get("/v1/errcodes/40001?api=/cgi-bin/stable_token")
        #expect(token.data?["outcome"]?.string == "account")
        for bad in ["x", "45009?path=/", "99999999999999999999"] {
            #expect(try await stage.weir.admin.get("/v1/errcodes/\(bad)").status == 422, "\(bad)")
        }
    }

    @Test func `a code that nobody knows is told as that, never repeated, counted and logged`() async throws {
        let stage = try await ScriptedStage.start { _ in
        } script: { upstream in
            upstream.on(ScriptedStage.template) { _ in .errcode(7_654_321) }
        }
        let told = try await stage.weir.admin.get("/v1/errcodes/7654321").data
        #expect(told?["known"] == .bool(false) && told?["retried"] == .bool(false) && told?["fault"] == nil)
        let id = try await stage.weir.accept(.template(to: "o-1"))
        let end = try await stage.weir.wait(id, for: "failed")
        #expect(end["attempts"]?.array.map { $0["errcode"]?.int } == [7_654_321])
        let metrics = try await stage.weir.metrics()
        #expect(metrics.sum("weir_upstream_errcodes_total", "errcode=\"other\"") == 1)
        let line = "WeChat answers with an errcode that Weir doesn't know"
        try await eventually("it is logged with its rid") {
            stage.weir.process.lines.contains { $0.contains(line) && $0.contains("1-2-3") }
        }
    }

    @Test(arguments: [
        (["45009"], "", "daily quota of this api used up"), (["45009"], "zh_CN.UTF-8", "该接口当日调用次数已用完"),
        (["--language", "en", "45009"], "zh_CN.UTF-8", "daily quota"), (["--", "-1"], "C.UTF-8", "system busy"),
        (["--json", "123456"], "", "\"known\":false"), (["--api", "/cgi-bin/token", "40001"], "", "wrong AppSecret"),
    ])
    func `the command needs no gateway`(arguments: [String], locale: String, words: String) async throws {
        let environment = ["LC_ALL": "", "LC_MESSAGES": "", "LANG": locale, "WEIR_URL": "http://127.0.0.1:1"]
        let run = try await CommandRun.weir(["errcode"] + arguments, environment: environment)
        #expect(run.status == 0 && run.output.contains(words), "\(run.output)\(run.errors)")
    }
}
