/// Owns the memory from which libcurl sends a short body: it stays where it is.
@safe
struct BodyBuffer: ~Copyable {
    /// Well below libcurl's limit for sending the body with the head, 64 KiB.
    static let capacity = 8 << 10

    let pointer: UnsafeMutableRawPointer

    init() {
        unsafe pointer = .allocate(byteCount: Self.capacity, alignment: 16)
    }

    deinit {
        unsafe pointer.deallocate()
    }

    /// `bytes` must not be longer than the capacity.
    func fill(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress, source.count <= Self.capacity else { return }
            unsafe pointer.copyMemory(from: start, byteCount: source.count)
        }
    }
}
