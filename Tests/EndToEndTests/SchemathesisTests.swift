import Testing

/// Requests made from the description, and some that break it, on both listeners.
struct SchemathesisTests {
    @Test(arguments: ["api", "admin"])
    func `what the description says is what is answered`(_ listener: String) async throws {
        let stage = try await Stage.start { settings in
            settings.sections = """
                alerts:
                  sinks: {oncall: {type: custom, to: [o-1]}}
                  routes: [{to: [oncall]}]
                """
        }
        let folder = try TemporaryFolder()
        let description = try folder.write("openapi.yaml", try await stage.weir.api.get("/openapi.yaml").text)
        let port = listener == "api" ? stage.weir.api.port : stage.weir.admin.port
        let run = try await CommandRun.python("described.py", [description, listener, "http://127.0.0.1:\(port)"])
        #expect(run.status == 0, "\(run.errors)")
    }
}
