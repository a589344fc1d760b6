import PrometheusMetrics
import Testing
import WireProtobuf

/// Families read back from their bytes, by client_model's field numbers.
struct ProtobufFormatTests {
    private let registry = MetricRegistry()

    private func families(isStored: Bool = false, _ names: String...) throws -> [DecodedMessage] {
        let bytes = registry.render(.protobuf, names: Set(names), isStored: isStored)
        var (reader, read, families) = (ProtobufReader(bytes[...]), 0, [DecodedMessage]())
        while let message = reader.nextDelimited() {
            families.append(DecodedMessage(message))
            read += message.count + (message.count < 128 ? 1 : message.count < 16_384 ? 2 : 3)
        }
        #expect(read == bytes.count)
        return families
    }

    @Test func `a counter and a gauge come with name, help, type, labels and value`() throws {
        let counters = try registry.counter("jobs_total", help: "Jobs \"done\".", labels: ["app", "api"])
        counters.child("信", "").increment(by: 2)
        counters.child("b", "x\n").increment(by: 0.5)
        try registry.gauge("depth_bytes", help: "Depth.").child().set(-1)
        let families = try families("jobs_total", "depth_bytes")
        #expect(families.map { $0.text(1) } == ["depth_bytes", "jobs_total"])
        #expect(families.map { $0.text(2) } == ["Depth.", "Jobs \"done\"."])
        #expect(families.map { $0.number(3) } == [1, 0])
        #expect(families.map { $0.text(5) } == ["bytes", nil])
        #expect(families[0].messages(4).map { $0.messages(2)[0].double(1) } == [-1])
        let metrics = families[1].messages(4)
        #expect(metrics.map { $0.messages(1).map { $0.text(1) } } == [["app", "api"], ["app", "api"]])
        #expect(metrics.map { $0.messages(1).map { $0.text(2) } } == [["b", "x\n"], ["信", ""]])
        #expect(metrics.map { $0.messages(3)[0].double(1) } == [0.5, 2])
    }

    @Test func `a counter's exemplar comes with it, and a new one is 0 for who stores it`() throws {
        let counters = try registry.counter("jobs_total", help: "Jobs.", labels: ["app"])
        counters.child("a").increment(exemplar: Exemplar(["rid": "r-1"], unixMilliseconds: 1_500))
        let first = try #require(try families(isStored: true, "jobs_total").first?.messages(4).first?.messages(3).first)
        #expect(first.double(1) == 0)
        #expect(first.messages(2).isEmpty)
        let second = try #require(
            try families(isStored: true, "jobs_total").first?.messages(4).first?.messages(3).first
        )
        #expect(second.double(1) == 1)
        let exemplar = try #require(second.messages(2).first)
        #expect(exemplar.messages(1).map { $0.text(2) } == ["r-1"])
        #expect(exemplar.double(2) == 1)
        #expect(exemplar.messages(3).map { [$0.number(1), $0.number(2)] } == [[1, 500_000_000]])
    }

    @Test func `a histogram has its own buckets, and narrow ones beside them`() throws {
        let family = try registry.histogram("wait_seconds", help: "Wait.", buckets: [-1, 1, 5])
        let values = [0, 0.5, 1, 1, 3, 7, -2, 1e-15]
        for value in values { family.child().observe(value) }
        let metric = try #require(try families("wait_seconds").first?.messages(4).first?.messages(7).first)
        #expect(metric.number(1) == 8)
        #expect(metric.double(2) == values.reduce(0, +))
        #expect(metric.messages(3).map { $0.number(1) } == [1, 6, 7])
        #expect(metric.messages(3).map { $0.double(2) } == [-1, 1, 5])
        #expect(metric.zigzag(5) == 3)
        #expect(metric.double(6) == 0x1p-6)
        #expect(metric.number(7) == 2)
        // -2 among the negative ones; 0.5, twice 1, 3 and 7 among the others.
        #expect(metric.messages(9).map { [$0.zigzag(1), Int64($0.number(2) ?? 0)] } == [[8, 1]])
        #expect(metric.packedZigzag(10) == [1])
        #expect(
            metric.messages(12).map { [$0.zigzag(1), Int64($0.number(2) ?? 0)] } == [
                [-8, 1], [7, 1], [12, 1], [9, 1],
            ]
        )
        #expect(metric.packedZigzag(13) == [1, 1, -1, 0])
        #expect(metric.packedZigzag(13).count == 4)
    }

    @Test func `an empty histogram is a native one of nothing`() throws {
        _ = try registry.histogram("wait_seconds", help: "Wait.", buckets: [1]).child()
        let metric = try #require(try families("wait_seconds").first?.messages(4).first?.messages(7).first)
        #expect(metric.number(1) == 0)
        #expect(metric.double(6) == 0x1p-6)
        #expect(metric.messages(12).isEmpty && metric.packedZigzag(13).isEmpty)
    }
}

/// A message's fields, as they stand in its bytes.
struct DecodedMessage {
    private var fields: [(number: UInt64, value: ProtobufReader.Value)] = []

    init(_ bytes: ArraySlice<UInt8>) {
        var reader = ProtobufReader(bytes)
        while let (number, value) = reader.next() { fields.append((number, value)) }
    }

    private func bytes(_ field: UInt64) -> [ArraySlice<UInt8>] {
        fields.compactMap { number, value in
            if number == field, case .bytes(let bytes) = value { bytes } else { nil }
        }
    }

    func messages(_ field: UInt64) -> [DecodedMessage] {
        bytes(field).map(DecodedMessage.init)
    }

    func text(_ field: UInt64) -> String? {
        bytes(field).first.map { String(decoding: $0, as: UTF8.self) }
    }

    func number(_ field: UInt64) -> UInt64? {
        for case (field, .varint(let value)) in fields { return value }
        return nil
    }

    func zigzag(_ field: UInt64) -> Int64 {
        number(field).map(Self.signed) ?? 0
    }

    func double(_ field: UInt64) -> Double? {
        for case (field, .fixed64(let bits)) in fields { return Double(bitPattern: bits) }
        return nil
    }

    func packedZigzag(_ field: UInt64) -> [Int64] {
        var numbers: [Int64] = []
        var (value, shift): (UInt64, UInt64) = (0, 0)
        for byte in bytes(field).joined() {
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            numbers.append(Self.signed(value))
            (value, shift) = (0, 0)
        }
        return numbers
    }

    private static func signed(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
