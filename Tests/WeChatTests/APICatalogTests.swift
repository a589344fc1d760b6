import Testing
import WeChat

@Suite struct APICatalogTests {
    private func api(_ path: String, _ method: String = "POST") -> APIDescriptor {
        APICatalog.descriptor(method: method, path: path)
    }

    @Test func `every known path is found under its own name`() {
        #expect(Set(APICatalog.all.map(\.label)).count == APICatalog.all.count)
        for known in APICatalog.all {
            #expect(api(known.label) == known)
            #expect(api(known.label, "GET") == known)
            #expect(known.isRelayed && known.label.hasPrefix("/") && known.label != APICatalog.otherLabel)
        }
        #expect(APICatalog.labels.count == APICatalog.all.count + 1)
        #expect(APICatalog.labels.count < 300)
    }

    @Test(arguments: MessageType.open)
    func `the paths of every type of the messages API are known`(_ type: MessageType) throws {
        let bodies = [#"{"touser":"o"}"#, #"{"filter":{}}"#]
        for body in bodies {
            let path = try #require(type.api(for: Array(body.utf8)))
            #expect(api(path).label == path)
        }
    }

    @Test(arguments: [
        ("/cgi-bin/message/template/send", "POST", Repeatability.withClientMessageID),
        ("/cgi-bin/message/mass/send", "POST", .withMassID), ("/cgi-bin/message/mass/sendall", "POST", .withMassID),
        ("/cgi-bin/message/subscribe/bizsend", "POST", .never), ("/cgi-bin/message/subscribe/send", "POST", .never),
        ("/cgi-bin/message/custom/send", "POST", .never), ("/cgi-bin/template/api_add_template", "POST", .never),
        ("/cgi-bin/clear_quota", "POST", .never), ("/cgi-bin/token", "GET", .never),
        ("/cgi-bin/stable_token", "POST", .always),
        ("/cgi-bin/openapi/quota/get", "POST", .always), ("/cgi-bin/template/get_all_private_template", "GET", .always),
        ("/cgi-bin/user/info", "GET", .always), ("/datacube/getusersummary", "POST", .always),
        ("/brand/new", "GET", .always), ("/brand/new", "HEAD", .always), ("/brand/new", "POST", .never),
        ("/brand/new", "PUT", .never), ("/sns/jscode2session", "GET", .never), ("/sns/userinfo", "GET", .always),
    ])
    func `a call is repeatable or not`(_ path: String, _ method: String, _ expected: Repeatability) {
        #expect(api(path, method).repeatability == expected)
    }

    @Test func `the windows stay inside WeChat's`() {
        #expect(Repeatability.withClientMessageID.window == .seconds(540))
        #expect(Repeatability.withMassID.window.map { $0 < .seconds(24 * 3600) } == true)
        #expect(Repeatability.never.window == nil)
        #expect(Repeatability.always.window == nil)
    }

    @Test(arguments: [
        "/cgi-bin/message/mass/send", "/cgi-bin/message/mass/sendall", "/cgi-bin/clear_quota",
        "/cgi-bin/clear_quota/v2",
        "/cgi-bin/openapi/quota/clear", "/cgi-bin/openapi/rid/get", "/cgi-bin//message/mass/send",
        "//cgi-bin/clear_quota/",
        "/CGI-BIN/Message/Mass/Send", "/cgi-bin/message/mass/sendall/", "/cgi-bin/clear_quota/v3",
        "/cgi-bin/clear_quota_all",
    ])
    func `what costs too much needs leave, however it is spelled`(_ path: String) {
        #expect(api(path).isDenied && api(path).isRelayed)
    }

    @Test(arguments: [
        "/cgi-bin/openapi/quota/get", "/cgi-bin/message/mass/preview", "/cgi-bin/message/template/send", "/x",
    ])
    func `the rest doesn't`(_ path: String) {
        #expect(!api(path).isDenied)
    }

    @Test(arguments: [
        "/cgi-bin/component/api_component_token", "/cgi-bin/gettoken", "/cgi-bin/webhook/send", "/cgi-bin/message/send",
        "/cgi-bin/externalcontact/list", "/v3/pay/transactions/jsapi", "/pay/unifiedorder",
        "/mmpaymkttransfers/sendredpack",
        "/cgi-bin/message%2Fmass/send", "/cgi-bin/%6dessage/mass/send", "/cgi-bin/x/../clear_quota",
        "/cgi-bin/./clear_quota",
        "/cgi-bin/menu\\get", "/cgi-bin/ menu", "/cgi-bin/菜单", "cgi-bin/menu/get", "", "/a;b", "/a?b",
        "/cgi-bin//component/fastregisterweapp",
        "/" + String(repeating: "a", count: 256),
    ])
    func `other products' paths and crooked ones are not relayed`(_ path: String) {
        let descriptor = api(path)
        #expect(!descriptor.isRelayed && descriptor.label == APICatalog.otherLabel)
    }

    @Test func `an unknown path is relayed under one label`() {
        for path in ["/wxa/brand/new", "/cgi-bin/user/getx", "/a.b", "/" + String(repeating: "a", count: 255), "/"] {
            let descriptor = api(path)
            #expect(descriptor.isRelayed && descriptor.label == "other" && descriptor.group == .other)
            #expect(!descriptor.expectsJSON)
        }
        #expect(api("/sns/brand/new").kind == .sns)
        #expect(api("/sns/brand/new").label == "other")
    }

    @Test func `kinds and groups are told apart`() {
        #expect(api("/cgi-bin/stable_token").kind == .token)
        #expect(api("/cgi-bin/token").group == .token)
        #expect(api("/sns/oauth2/access_token").kind == .sns)
        #expect(api("/cgi-bin/message/template/send").group == .message)
        #expect(api("/cgi-bin/message/mass/send").group == .mass)
        #expect(api("/cgi-bin/media/upload").group == .media)
        #expect(api("/cgi-bin/media/upload").expectsJSON)
        #expect(!api("/cgi-bin/media/get").expectsJSON)
        #expect(!api("/wxa/getwxacodeunlimit").expectsJSON)
        #expect(api("//cgi-bin//message//template//send").label == "/cgi-bin/message/template/send")
    }

    @Test(arguments: [("//a///b//", "/a/b/"), ("/a/b", "/a/b"), ("", ""), ("///", "/")])
    func `slashes collapse`(_ path: String, _ expected: String) {
        #expect(APICatalog.collapsingSlashes(path) == expected)
    }

    @Test(arguments: [
        "/cgi-bin/media/uploadvideo", "/cgi-bin/media/uploadnews", "/cgi-bin/media/brandnew", "/cgi-bin/media/a/b",
        "/cgi-bin/material/brandnew", "/CGI-BIN//Material/x", "/customservice/kfaccount/uploadheadimg",
        "/wxa/img_sec_check", "/cv/ocr/idcard", "/cgi-bin/component/uploadprivacyextfile",
    ])
    func `what moves files is watched and timed as media, known by name or not`(_ path: String) {
        #expect(api(path).group == .media)
    }

    @Test(arguments: [
        "/cgi-bin/component/getprivacysetting", "/cgi-bin/component/setprivacysetting",
        "/cgi-bin/component/uploadprivacyextfile", "/cgi-bin/component/brandnew",
    ])
    func `of the platform for third parties, what an account's token opens is relayed`(_ path: String) {
        #expect(api(path).isRelayed)
    }

    @Test(arguments: [
        "api_query_auth", "api_start_push_ticket", "fastregisterweapp", "modify_wxa_server_domain",
        "get_domain_confirmfile",
    ])
    func `what the platform's own token opens is not`(_ name: String) {
        #expect(!api("/cgi-bin/component/" + name).isRelayed)
    }
}
