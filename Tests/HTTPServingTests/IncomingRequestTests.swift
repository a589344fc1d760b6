import HTTPServing
import Testing

@Suite struct IncomingRequestTests {
    @Test func `repeated lines of a header are one list`() {
        let request = IncomingRequest(
            method: "GET",
            target: "/",
            headers: [
                ("Accept", "text/plain, application/json;q=0.5"), ("X", "1"), ("accept", ""), ("ACCEPT", " */* ,,\t"),
            ]
        )
        #expect(request.headerList("accept") == ["text/plain", "application/json;q=0.5", "*/*"])
        #expect(request.headerList("prefer").isEmpty)
    }

    @Test(arguments: [
        (#"wait=5; x="a,b", y"#, [#"wait=5; x="a,b""#, "y"]),
        (#""a\",b",c"#, [#""a\",b""#, "c"]),
        (#""never ended, so one"#, [#""never ended, so one"#]),
        (#"a\,b"#, [#"a\"#, "b"]),
        (",, ,", []),
    ])
    func `a comma within quotes separates nothing`(line: String, elements: [String]) {
        let request = IncomingRequest(method: "GET", target: "/", headers: [("prefer", line)])
        #expect(request.headerList("prefer") == elements)
    }

    @Test(arguments: [
        ("http://weir.internal:8080/v1/messages?a=b", "/v1/messages?a=b", "weir.internal:8080"),
        ("HTTP://[::1]/x", "/x", "[::1]"),
        ("https://weir", "/", "weir"),
        ("http://weir?a=/b", "/?a=/b", "weir"),
        ("http://name:secret@weir/x", "/x", "weir"),
        ("/http://other/x", "/http://other/x", "header"),
        ("*", "*", "header"),
        ("ftp://other/x", "ftp://other/x", "header"),
    ])
    func `an absolute-form target is as its path, and names the host`(sent: String, target: String, host: String) {
        let request = IncomingRequest(method: "GET", target: sent, headers: [("Host", "header")])
        #expect(request.target == target)
        #expect(request.host == host)
    }

    @Test func `a request without a host has none`() {
        #expect(IncomingRequest(method: "GET", target: "/").host == nil)
    }
}
