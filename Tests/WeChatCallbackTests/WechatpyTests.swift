import Foundation
import Testing

@testable import WeChatCallback

/// wechatpy's crypto, which many services run that take WeChat's callbacks themselves.
@Suite(.enabled(if: Wechatpy.python != nil, "make venv installs it")) struct WechatpyTests {
    @Test func `what wechatpy seals is read, whatever its length`() throws {
        let messages = (0...70).map { "<xml>" + String(repeating: "信", count: $0) + "</xml>" }
        let envelopes = try Wechatpy.run("seal", messages)
        #expect(envelopes.count == messages.count)
        for (envelope, message) in zip(envelopes, messages) {
            let node = try CallbackNode(body: Array(envelope.utf8))
            let query = Vectors.query(node["MsgSignature"]?.text)
            let content = try Vectors.account().open(query, Array(envelope.utf8))
            #expect(try CallbackNode(body: Array(message.utf8)) == content.node)
        }
    }

    @Test func `what Weir seals wechatpy reads`() throws {
        let messages = (0...70).map { String(repeating: "信", count: $0) + "success" }
        let envelopes = try messages.map { message in
            let chance = (0..<16).map { _ in UInt8.random(in: 0...255) }
            let account = Vectors.account()
            let sealed = account.seal(Array(message.utf8), for: Vectors.query(), key: 0, chance: chance)
            return String(decoding: try #require(sealed), as: UTF8.self)
        }
        #expect(try Wechatpy.run("open", envelopes) == messages)
    }
}

/// Runs wechatpy in the environment of the end-to-end tests.
enum Wechatpy {
    static let python: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let folder = ProcessInfo.processInfo.environment["WEIR_TEST_VENV"] ?? root + "/.build/venv"
        let path = folder + "/bin/python"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    private static let script = """
        import json, sys
        from wechatpy.crypto import WeChatCrypto
        import xmltodict
        task, texts, token, key, appid, nonce, timestamp = json.load(sys.stdin)
        crypto = WeChatCrypto(token, key, appid)
        def read(text):
            envelope = xmltodict.parse(text)['xml']
            return crypto.decrypt_message(text, envelope['MsgSignature'], envelope['TimeStamp'], envelope['Nonce'])
        print(json.dumps([crypto.encrypt_message(t, nonce, timestamp) if task == 'seal' else read(t) for t in texts]))
        """

    static func run(_ task: String, _ texts: [String]) throws -> [String] {
        let input: [Any] = [
            task, texts, Vectors.token, Vectors.key, Vectors.appID, Vectors.nonce, Vectors.timestamp,
        ]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("wechatpy-\(UUID().uuidString).json")
        try JSONSerialization.data(withJSONObject: input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python ?? "python3")
        process.arguments = ["-W", "ignore", "-c", script]
        let pipe = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try #require(try JSONSerialization.jsonObject(with: output) as? [String])
    }
}
