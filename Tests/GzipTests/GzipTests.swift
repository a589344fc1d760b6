import Foundation
import Gzip
import TestSupport
import Testing

struct GzipTests {
    private static let sizes = [0, 1, 100, 32_767, 32_768, 32_769, 1_000_000]

    private func noise(_ count: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: 7)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test(arguments: sizes, [0, 1, 6, 9])
    func `what was compressed comes back`(size: Int, level: Int) throws {
        let even = [UInt8](repeating: 65, count: size)
        #expect(try Gzip.decompress(Gzip.compress(even, level: level), limit: size) == even)
        let noise = noise(size)
        #expect(try Gzip.decompress(Gzip.compress(noise, level: level), limit: size) == noise)
    }

    @Test func `the header is gzip's, without name or time`() throws {
        let bytes = try Gzip.compress(Array("hello".utf8))
        #expect(bytes.prefix(8) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        #expect(bytes.suffix(4) == [5, 0, 0, 0])
        #expect(try Gzip.compress(Array("hello".utf8)) == bytes)
    }

    @Test func `even text becomes small`() throws {
        let text = Array(String(repeating: "weir_sends_total{outcome=\"accepted\"} 1\n", count: 1_000).utf8)
        #expect(try Gzip.compress(text).count < text.count / 50)
    }

    @Test func `gzip itself reads what we write`() throws {
        let text = Array(String(repeating: "模板消息 hello ", count: 5_000).utf8)
        #expect(try Self.gunzip(Gzip.compress(text)) == text)
    }

    @Test(arguments: [-1, 10])
    func `a level that is none is refused`(level: Int) {
        #expect(throws: GzipError.invalidLevel(level)) { try Gzip.compress([1], level: level) }
    }

    @Test func `the limit is exact`() throws {
        let bytes = try Gzip.compress([UInt8](repeating: 0, count: 100_000))
        #expect(try Gzip.decompress(bytes, limit: 100_000).count == 100_000)
        #expect(throws: GzipError.tooLarge(limit: 99_999)) { try Gzip.decompress(bytes, limit: 99_999) }
        #expect(throws: GzipError.tooLarge(limit: 0)) { try Gzip.decompress(bytes, limit: -5) }
    }

    @Test func `a bomb is stopped before it unfolds`() throws {
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 50_000_000))
        var inflater = try Inflater(limit: 100_000)
        var output: [UInt8] = []
        var failure: GzipError?
        do throws(GzipError) { try inflater.decompress(bomb, into: &output) } catch { failure = error }
        #expect(failure == .tooLarge(limit: 100_000))
        #expect(output.count <= 100_000)
    }

    @Test func `several members are one body, and share the limit`() throws {
        let bytes = try Gzip.compress([1, 2]) + Gzip.compress([]) + Gzip.compress([3])
        #expect(try Gzip.decompress(bytes, limit: 3) == [1, 2, 3])
        #expect(throws: GzipError.tooLarge(limit: 2)) { try Gzip.decompress(bytes, limit: 2) }
    }

    @Test func `bytes that end too early are refused`() throws {
        let bytes = try Gzip.compress(noise(1_000))
        for count in [0, 1, 5, 10, 500, bytes.count - 1] {
            #expect(throws: GzipError.truncated) { try Gzip.decompress(Array(bytes.prefix(count)), limit: 1_000) }
        }
    }

    @Test func `bytes that were changed are refused`() throws {
        let bytes = try Gzip.compress(noise(1_000))
        for index in [0, 1, 2, bytes.count - 8, bytes.count - 1] {
            var damaged = bytes
            damaged[index] ^= 0xFF
            #expect(throws: GzipError.corrupt) { try Gzip.decompress(damaged, limit: 1_000) }
        }
        #expect(throws: GzipError.corrupt) { try Gzip.decompress(Array("plain text".utf8), limit: 1_000) }
        #expect(throws: GzipError.corrupt) { try Gzip.decompress(bytes + [1, 2, 3], limit: 1_000) }
    }

    @Test(arguments: [1, 7, 4_096])
    func `pieces of any size give the same`(size: Int) throws {
        let body = noise(20_000)
        var deflater = try Deflater(level: 1)
        var compressed: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: size) {
            try deflater.compress(Array(body[start..<min(start + size, body.count)]), into: &compressed)
        }
        try deflater.finish(into: &compressed)

        var inflater = try Inflater(limit: body.count)
        var output: [UInt8] = []
        for start in stride(from: 0, to: compressed.count, by: size) {
            try inflater.decompress(Array(compressed[start..<min(start + size, compressed.count)]), into: &output)
        }
        try inflater.finish()
        #expect(output == body)
    }

    @Test func `a member that has ended takes no more`() throws {
        var deflater = try Deflater()
        var output: [UInt8] = []
        try deflater.finish(into: &output)
        var failures: [GzipError] = []
        do throws(GzipError) { try deflater.compress([1], into: &output) } catch { failures.append(error) }
        do throws(GzipError) { try deflater.finish(into: &output) } catch { failures.append(error) }
        #expect(failures == [.finished, .finished])
    }

    private static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("body-\(UUID().uuidString).gz")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Array(output)
    }
}
