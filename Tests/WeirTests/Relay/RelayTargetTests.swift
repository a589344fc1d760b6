import Testing
import WeChat

@testable import Weir

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
        let target = try #require(RelayTarget(received))
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
        #expect(RelayTarget(target) == nil)
    }

    /// Query, what stands before the value, what behind.
    static let queries: [(String, String, String)] = [
        ("access_token=T", "/p?access_token=", ""),
        ("access_token=T&a=1", "/p?access_token=", "&a=1"),
        ("a=1&access_token=T", "/p?a=1&access_token=", ""),
        ("a=1&access_token=T&b=%26", "/p?a=1&access_token=", "&b=%26"),
        ("my_access_token=X&access_token=T", "/p?my_access_token=X&access_token=", ""),
        ("access_token=", "/p?access_token=", ""),
    ]

    @Test(arguments: queries)
    func `the token is found wherever it stands`(_ query: String, _ prefix: String, _ suffix: String) throws {
        let split = try #require(RelayTarget("/p?" + query)?.split(at: "access_token"))
        #expect(split.prefix == prefix)
        #expect(split.suffix == suffix)
    }

    @Test func `values are decoded and other items stay as they are`() throws {
        let target = try #require(RelayTarget("/p?a=%41+b&a=2&c&d=%zz"))
        #expect(target.value("a") == "A+b")
        #expect(target.value("c") == nil)
        #expect(target.value("d") == nil)
        #expect(target.whole == "/p?a=%41+b&a=2&c&d=%zz")
        #expect(target.removing("a") == "/p?c&d=%zz")
        #expect(target.replacing("a", with: "x/y") == "/p?a=x%2Fy&a=x%2Fy&c&d=%zz")
    }
}
