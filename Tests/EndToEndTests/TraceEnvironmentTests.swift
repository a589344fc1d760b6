import Testing

/// OpenTelemetry's own variables, and the file that goes before them.
@Suite struct TraceEnvironmentTests {
    @Test func `the environment alone makes traces, and says whose they are`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { settings in
            settings.environment = [
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:\(collector.http.port)/base/",
                "OTEL_EXPORTER_OTLP_HEADERS": "x-key=a%20b,x-tenant=t", "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
                "OTEL_SERVICE_NAME": "weir-shop", "OTEL_TRACES_SAMPLER": "parentbased_always_on",
                "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=staging,service.namespace=wechat",
                "OTEL_EXPORTER_OTLP_TIMEOUT": "soon",
            ]
        }
        let id = try await stage.weir.accept(.template(to: "o-1"))
        try await stage.weir.wait(id, for: "sent")
        let span = try await collector.first("POST /v1/messages", .server)
        let resource = try #require(span.json["resource"])
        #expect(resource["service.name"]?.string == "weir-shop")
        #expect(resource["service.namespace"]?.string == "wechat")
        #expect(resource["deployment.environment.name"]?.string == "staging")
        let requests = try await collector.requests()
        #expect(requests.allSatisfy { $0["path"]?.string == "/base/v1/traces" })
        #expect(requests.allSatisfy { $0["headers"]?["x-key"]?.string == "a b" })
        #expect(requests.allSatisfy { $0["headers"]?["content-encoding"] == nil })
        #expect(try await collector.problems() == [])
        #expect(stage.weir.process.lines.contains { $0.contains("OTEL_EXPORTER_OTLP_TIMEOUT") })
    }

    @Test func `what the file says goes before the environment, and a batch is packed`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { settings in
            let members = ", headers: {x-key: file}, resource: {service.name: of-the-file, service.namespace: wechat}"
            settings.sections = collector.section(ratio: "1", members: members)
            settings.environment = [
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/nowhere", "OTEL_SERVICE_NAME": "other",
                "OTEL_EXPORTER_OTLP_HEADERS": "x-key=environment", "OTEL_TRACES_SAMPLER": "always_off",
            ]
        }
        for index in 0..<10 { _ = try await stage.weir.accept(.template(to: "o-\(index)")) }
        let span = try await collector.first("POST /v1/messages", .server)
        #expect(span.json["resource"]?["service.name"]?.string == "of-the-file")
        let requests = try await collector.requests()
        #expect(requests.allSatisfy { $0["path"]?.string == "/v1/traces" })
        #expect(requests.allSatisfy { $0["headers"]?["x-key"]?.string == "file" })
        #expect(requests.contains { $0["headers"]?["content-encoding"]?.string == "gzip" })
        #expect(try await collector.problems() == [])
    }

    @Test func `the switch turns all traces off`() async throws {
        let collector = try await TraceCollector.start()
        let stage = try await Stage.start { settings in
            settings.sections = collector.section()
            settings.environment = ["OTEL_SDK_DISABLED": "true"]
        }
        let id = try await stage.weir.accept(.template(to: "o-1"))
        try await stage.weir.wait(id, for: "sent")
        #expect(try await stage.weir.stop() == 0)
        #expect(try await collector.requests().isEmpty)
    }
}
