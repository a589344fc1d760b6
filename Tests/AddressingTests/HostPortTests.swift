import Addressing
import Testing

@Suite struct HostPortTests {
    @Test(arguments: [
        ("127.0.0.1:8080", HostPort(host: "127.0.0.1", port: 8080)), ("[::1]:0", HostPort(host: "::1", port: 0)),
        ("weir.internal:65535", HostPort(host: "weir.internal", port: 65_535)),
    ])
    func `what is printed is what is read`(_ text: String, _ address: HostPort) {
        #expect(HostPort(text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":80", "host", "host:", "host:65536", "host:123456", "host:+1", "host:-1", "host:８0", "::1:80", "[::1]",
        "[::1:80", "[::1]x:80", "[]:80", "two words:80", "a:b:80",
    ])
    func `anything else is no address`(_ text: String) {
        #expect(HostPort(text) == nil)
    }

    @Test(arguments: [
        ("host", "host", nil), ("host:", "host", ""), ("host:80", "host", "80"), ("[::1]", "[::1]", nil),
        ("[::1]:8080", "[::1]", "8080"), ("", "", nil),
    ])
    func `an authority is a host and perhaps a port`(_ text: String, _ host: Substring, _ port: Substring?) {
        let parts = HostPort.split(text[...])
        #expect(parts?.host == host)
        #expect(parts?.port == port)
    }

    @Test(arguments: ["[::1]evil", "[::1", "host:80x", "host:8080@evil", "host:80#frag"])
    func `what follows a host is a port or nothing`(_ text: String) {
        #expect(HostPort.split(text[...]) == nil)
    }
}
