import Testing
import WeChat

@testable import Relaying

/// Paths and queries, taken apart.
@Suite struct RelayTargetTests {
    /// As received, on the wire, as rules see it.
    static let paths: [(String, String, String)] = [
        ("/cgi-bin/menu/get", "/cgi-bin/menu/get", "/cgi-bin/menu/get"),
        ("//cgi-bin///menu//get", "/cgi-bin/menu/get", "/cgi-bin/menu/get"),
        ("/cgi-bin/menu/get/", "/cgi-bin/menu/get/", "/cgi-bin/menu/get"),
        ("/CGI-BIN/Menu/Get", "/CGI-BIN/Menu/Get", "/cgi-bin/menu/get"),
        ("/cgi-bin/clear%5Fquota", "/cgi-bin/clear%5Fquota", "/cgi-bin/clear_quota"),
        ("/cgi-bin%2Fclear_quota", "/cgi-bin%2Fclear_quota", "/cgi-bin/clear_quota"),
        ("/cgi-bin/%2Fclear_quota", "/cgi-bin/%2Fclear_quota", "/cgi-bin/clear_quota"),
        ("/", "/", "/"),
    ]

    @Test(arguments: paths)
    func `a path goes out as it came, but for double slashes, and is judged by what it means`(
        _ received: String,
        _ wire: String,
        _ canonical: String
    ) throws {
        let target = try RelayTarget(received)
        #expect(target.path == wire)
        #expect(target.canonicalPath == canonical)
    }

    @Test(arguments: [
        "", "cgi-bin/menu", "http://evil/cgi-bin/menu/get", "/cgi-bin/../menu", "/cgi-bin/./menu",
        "/cgi-bin/%2e%2e/menu",
        "/cgi-bin/%2E%2e%2Fclear_quota", "/cgi-bin/..", "/cgi-bin/%252e%252e/menu", "/cgi-bin/%", "/cgi-bin/%4",
        "/cgi-bin/%zz",
        "/cgi-bin/%ff", "/cgi-bin/%c0%ae/menu", "*",
    ])
    func `what could mean another path to WeChat than to Weir is no target`(_ target: String) {
        #expect(throws: RelayTargetProblem.noPath) { try RelayTarget(target) }
    }

    static let token = "weir1.main.orders." + String(repeating: "x", count: 43)

    /// With a token of Weir's for `<T>`, and all of it but its first letter for `<t>`.
    private func filled(_ text: String) -> String {
        text.replacing("<T>", with: RelayTargetTests.token).replacing("<t>", with: RelayTargetTests.token.dropFirst())
    }

    /// Query, what is sent before the real token, what behind.
    static let queries: [(String, String, String)] = [
        ("access_token=<T>", "/p?access_token=", ""),
        ("access_token=<T>&a=1", "/p?access_token=", "&a=1"),
        ("a=1&access_token=<T>", "/p?a=1&access_token=", ""),
        ("a=1&access_token=<T>&b=%26", "/p?a=1&access_token=", "&b=%26"),
        ("my_access_token=X&access_token=<T>", "/p?my_access_token=X&access_token=", ""),
        ("access_token=&access_token=<T>", "/p?access_token=&access_token=", ""),
        ("access_token=ACCESS_TOKEN&access_token=<T>&c", "/p?access_token=ACCESS_TOKEN&access_token=", "&c"),
        ("access_token&a&access_token=<T>", "/p?access_token&a&access_token=", ""),
        ("access_token=<T>&access_token=REAL", "/p?access_token=", "&access_token=REAL"),
        ("access_token=<T>&a=1&access_token=<T>", "/p?access_token=", "&a=1"),
        ("access%5Ftoken=<T>&a=1", "/p?access%5Ftoken=", "&a=1"),
        ("access_token=%77<t>&a=1", "/p?access_token=", "&a=1"),
        ("&&a=+;&access_token=<T>&&", "/p?&&a=+;&access_token=", "&&"),
    ]

    @Test(arguments: queries)
    func `the token is found wherever it stands, and nothing else is lost`(
        _ query: String,
        _ prefix: String,
        _ suffix: String
    ) throws {
        let target = try RelayTarget("/p?" + filled(query))
        let split = try #require(target.splitAtVirtualToken())
        #expect(split.prefix == prefix)
        #expect(split.suffix == suffix)
        #expect(target.strayToken == nil)
    }

    @Test(arguments: [
        "/p/<T>", "/p?x=<T>", "/p?<T>", "/p?<T>=1", "/p?Access_Token=<T>", "/p?component_access_token=<T>",
        "/p?access_token=Z&url=http%3A%2F%2Fx%3Faccess_token%3D<T>", "/p?x=a;access_token=<T>",
        "/p?access_token=%20<T>",
        "/p?access_token=x<T>", "/p?x=%77<t>", "/p?x=%2577<t>", "/p?x=%zz%77<t>",
    ])
    func `a token of Weir's anywhere else is found, too`(_ text: String) throws {
        #expect(try RelayTarget(filled(text)).strayToken != nil)
    }

    @Test(arguments: [
        "/p?x=weir1.0", "/p?x=weir1.main.orders.AAAA&y=" + String(repeating: "x", count: 60), "/weir1./x",
    ])
    func `what only looks a little like one is none`(_ target: String) throws {
        #expect(try RelayTarget(target).strayToken == nil)
    }

    @Test func `values are decoded and other items stay as they are`() throws {
        var target = try RelayTarget("/p?a=%41+b&a=2&c&d=%zz&")
        #expect(target.value("a") == "A+b")
        #expect(target.values("a") == ["A+b", "2"])
        #expect(target.value("c") == "")
        #expect(target.value("d") == nil)
        #expect(target.values("d") == ["%zz"])
        #expect(target.value("e") == nil)
        #expect(target.whole == "/p?a=%41+b&a=2&c&d=%zz&")
        target.replace("a", among: ["2", "3"], with: "x/y")
        #expect(target.whole == "/p?a=%41+b&a=x%2Fy&c&d=%zz&")
        #expect(try RelayTarget("/p?").whole == "/p?")
        #expect(try RelayTarget("/p").whole == "/p")
    }

    @Test(arguments: [
        ("/p\\q", RelayTargetProblem.byte("a backslash")), ("/p?a=\\", .byte("a backslash")), ("/p#f", .byte("a `#`")),
        ("/p?a=1#f", .byte("a `#`")), ("/p q", .byte("a space")), ("/p?a=\n", .byte("a control character")),
        ("/p?a=\u{7F}", .byte("a control character")),
        ("/p?a=" + String(repeating: "x", count: RelayTarget.limit), .tooLong),
        ("/p?a=" + String(repeating: "订", count: RelayTarget.limit / 9), .tooLong),
    ])
    func `what can't be sent is told apart, before anything is`(_ target: String, _ problem: RelayTargetProblem) {
        #expect(throws: problem) { try RelayTarget(target) }
    }

    @Test func `raw text above ASCII goes on in escapes, as if its caller had made them`() throws {
        #expect(try RelayTarget("/p?name=订é&b=1").whole == "/p?name=%E8%AE%A2%C3%A9&b=1")
        #expect(try RelayTarget("/p?name=订") == RelayTarget("/p?name=%E8%AE%A2"))
        #expect(try RelayTarget("/菜单").whole == "/%E8%8F%9C%E5%8D%95")
        #expect(try RelayTarget("/菜单").canonicalPath == "/菜单")
        #expect(
            try RelayTarget("/p?a=" + String(repeating: "x", count: RelayTarget.limit - 5)).whole.utf8.count
                == RelayTarget.limit
        )
    }
}
