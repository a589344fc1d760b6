import Foundation
import Testing

/// A reader of the log that stops reading: a pipe that is full must not stop the gateway.
@Suite struct LogReaderTests {
    /// Reads lines until both listeners have said where they are, and nothing after that.
    private static func ports(_ handle: FileHandle) -> (api: Int, admin: Int)? {
        var text = ""
        while true {
            let data = handle.availableData
            if data.isEmpty { return nil }
            text += String(decoding: data, as: UTF8.self)
            var ports: [String: Int] = [:]
            for line in text.split(separator: "\n") {
                guard let json = JSONAny(String(line)), let name = json["listener"]?.string else { continue }
                ports[name] = json["address"]?.string?.split(separator: ":").last.flatMap { Int($0) }
            }
            if let api = ports["api"], let admin = ports["admin"] { return (api, admin) }
        }
    }

    @Test func `when nobody reads the log any more, calls are answered all the same`() async throws {
        let sandbox = try await SandboxProcess.start()
        var settings = WeirSettings(folder: try TemporaryFolder(), sandbox: sandbox)
        settings.sections = "log: {level: debug}"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Binary.weir())
        process.arguments = ["serve", "--config", try settings.write()]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        defer { process.terminate() }
        let ports = try #require(LogReaderTests.ports(pipe.fileHandleForReading))
        let api = HTTPEndpoint(port: ports.api)
        let admin = HTTPEndpoint(port: ports.admin)
        try await eventually("weir is ready") { try await admin.get("/readyz/messages").status == 200 }
        // A pipe holds 64 KiB, and a line has some two hundred bytes.
        for index in 0..<1500 {
            #expect(try await api.get("/v1/messages/none-\(index)").status == 404)
        }
        #expect(try await admin.get("/healthz").status == 200)
        process.terminate()
        try await eventually("it ends") { !process.isRunning }
    }
}
