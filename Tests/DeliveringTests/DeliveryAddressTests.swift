import Testing

@testable import Delivering

@Suite struct DeliveryAddressTests {
    @Test(
        arguments: [
            ("https://crm.internal/wechat", "https://crm.internal", "/wechat"),
            ("HTTPS://CRM.Internal:443", "https://crm.internal", "/"),
            ("https://crm.internal?a=b", "https://crm.internal", "/?a=b"),
            ("https://crm.internal:8443/A/b.c?x=%2F..", "https://crm.internal:8443", "/A/b.c?x=%2F.."),
            ("https://10.0.0.5/x", "https://10.0.0.5", "/x"), ("https://[fd00::1]:9/x", "https://[fd00::1]:9", "/x"),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080", "/x"),
            ("http://localhost/x", "http://localhost", "/x"),
            ("http://[::1]:80/%E4%B8%AD", "http://[::1]", "/%E4%B8%AD"), ("https://h/a;b=c/d", "https://h", "/a;b=c/d"),
        ]
    )
    func `an address is read into where it goes and what is asked for there`(
        text: String,
        origin: String,
        target: String
    )
        throws
    {
        let address = try DeliveryAddress(text)
        #expect(address.origin == origin && address.target == target)
        #expect(try DeliveryAddress(address.text) == address)
    }

    @Test(
        arguments: [
            ("", .malformed), ("orders.internal/x", .malformed), ("https://", .malformed), ("https:///x", .malformed),
            ("ftp://h/x", .scheme), ("file:///etc/passwd", .scheme), ("gopher://127.0.0.1/x", .scheme),
            ("https://user@h/x", .malformed), ("https://h@evil/x", .malformed), ("https://h:pw@evil/x", .malformed),
            ("https://h\\@evil/x", .malformed), ("https://h/x#part", .malformed), ("https://h /x", .malformed),
            ("https://h/\u{0}", .malformed), ("https://h/中", .malformed), ("https://h/\r\nX: y", .malformed),
            ("https://h:0/x", .malformed), ("https://h:65536/x", .malformed), ("https://h:80:81/x", .malformed),
            ("https://h:+80/x", .malformed), ("https://-h/x", .malformed), ("https://h../x", .malformed),
            ("https://h./x", .malformed),
            ("https://[h]/x", .malformed), ("https://[/x", .malformed),
            ("http://orders.internal/x", .unprotected), ("http://0.0.0.0/x", .unprotected),
            ("http://127.1/x", .unprotected), ("http://0177.0.0.1/x", .unprotected),
            ("http://2130706433/x", .unprotected), ("http://127.0.0.1.evil/x", .unprotected),
            ("http://localhost.evil/x", .unprotected), ("http://169.254.169.254/latest", .unprotected),
            ("https://h/a/../b", .path), ("https://h/..", .path), ("https://h/./b", .path), ("https://h/..;x/b", .path),
            ("https://h/%2e%2e/b", .path), ("https://h/%2E./b", .path), ("https://h/a%2fb", .path),
            ("https://h/a%5Cb", .path), ("https://h/%252e%252e/b", .path), ("https://h/%00", .path),
            ("https://h/%0d%0a", .path), ("https://h/..%3b/", .path), ("https://h/%4", .path), ("https://h/%zz", .path),
            ("https://h/%+1", .path),
        ] as [(String, DeliveryAddressProblem)]
    )
    func `what readers read differently is no address`(text: String, problem: DeliveryAddressProblem) {
        #expect(throws: problem) { try DeliveryAddress(text) }
    }

    @Test func `an address has a greatest length`() throws {
        let most = "https://h/" + String(repeating: "a", count: DeliveryAddress.longest - 10)
        #expect(try DeliveryAddress(most).text == most)
        #expect(throws: DeliveryAddressProblem.tooLong) { try DeliveryAddress(most + "a") }
    }

    @Test(
        arguments: [
            ("https://orders.internal/", "https://orders.internal/ended?id=1", true),
            ("https://orders.internal/", "https://ORDERS.internal:443/", true),
            ("https://orders.internal", "https://orders.internal/a//b", true),
            ("https://orders.internal/", "https://orders.internal.evil/", false),
            ("https://orders.internal/", "https://evil.orders.internal/", false),
            ("https://orders.internal/", "https://orders.internal:8443/", false),
            ("https://127.0.0.1/", "http://127.0.0.1:443/", false), ("https://h:443/", "https://h/", true),
            ("https://h/weir", "https://h/weir", true), ("https://h/weir", "https://h/weir?x", true),
            ("https://h/weir", "https://h/weir/x", true), ("https://h/weir", "https://h/weirdo", false),
            ("https://h/weir/", "https://h/weir", false), ("https://h/weir/", "https://h/weir/x", true),
            ("https://h/weir", "https://h/other?/weir", false), ("https://h/weir", "https://h/WEIR", false),
        ]
    )
    func `a prefix says where an address goes`(prefix: String, text: String, isUnder: Bool) throws {
        #expect(try DeliveryAddress(text).isUnder(try DeliveryAddress(prefix)) == isUnder)
    }

    @Test func `a subscriber hears of what it names, in either case, of its apps`() throws {
        var crm = SubscriberConfiguration(address: try DeliveryAddress("https://crm.internal/"), secret: "s")
        #expect(crm.wants(app: "main", type: "event", event: "subscribe"))
        crm.apps = ["main"]
        crm.events = ["Subscribe", "text"]
        #expect(crm.wants(app: "main", type: "event", event: "SUBSCRIBE"))
        #expect(crm.wants(app: "main", type: "text", event: ""))
        #expect(!crm.wants(app: "other", type: "text", event: ""))
        #expect(!crm.wants(app: "main", type: "event", event: "CLICK"))
        #expect(!crm.wants(app: "main", type: "event", event: "text."))
    }
}
