/// How many spans a collector says that it did not take, in the body of an answer of success.
enum PartialSuccess {
    /// Of `ExportTraceServiceResponse.partial_success.rejected_spans`; 0 if the body is no such message.
    static func rejectedSpans(in body: [UInt8]) -> Int {
        var reader = ProtobufReader(body[...])
        var rejected = 0
        while let (field, value) = reader.next() {
            guard field == 1, case .bytes(let message) = value else { continue }
            var inner = ProtobufReader(message)
            while let (field, value) = inner.next() {
                if field == 1, case .varint(let number) = value { rejected = Int(clamping: Int64(bitPattern: number)) }
            }
        }
        return max(rejected, 0)
    }
}
