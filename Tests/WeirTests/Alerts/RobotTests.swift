import Resilience
import Testing
import Timekeeping
import WeChat
import WireJSON

@testable import Alerting
@testable import Dispatching
@testable import Weir

struct RobotTests {
    private static let secret = "SECweirtest0000000000000000000000000000000000000000000000000000000000"

    private func robot(_ kind: RobotConfiguration.Kind, secret: String? = nil) -> Robot {
        Robot(RobotConfiguration(kind: kind, key: "k-e_y+/=中", secret: secret))
    }

    private func classify(_ kind: RobotConfiguration.Kind, _ status: Int, _ body: String) -> Classification {
        Robot(RobotConfiguration(kind: kind, key: "thekey", secret: "SECthesecret"))
            .classify(.success(UpstreamReply(status: status, body: Array(body.utf8))))
    }

    @Test func `the signature is DingTalk's`() {
        #expect(
            Robot.signature(milliseconds: 1_700_000_000_000, secret: RobotTests.secret)
                == "iXWtAdfY+uctfsj8S68S2nmawwT9tETyQimvB/wIeuA="
        )
    }

    @Test func `each attempt is signed anew, and what it sends is escaped`() {
        let robot = robot(.dingtalk, secret: RobotTests.secret)
        #expect(
            robot.target(at: Timestamp(milliseconds: 1_700_000_000_000))
                == "/robot/send?access_token=k-e_y%2B%2F%3D%E4%B8%AD&timestamp=1700000000000"
                + "&sign=iXWtAdfY%2Buctfsj8S68S2nmawwT9tETyQimvB%2FwIeuA%3D"
        )
        #expect(
            robot.target(at: Timestamp(milliseconds: 1_700_000_000_001))
                != robot.target(at: Timestamp(milliseconds: 1_700_000_000_000))
        )
    }

    @Test func `without a secret nothing is signed`() {
        let now = Timestamp(milliseconds: 0)
        #expect(robot(.dingtalk).target(at: now) == "/robot/send?access_token=k-e_y%2B%2F%3D%E4%B8%AD")
        #expect(robot(.wecom).target(at: now) == "/cgi-bin/webhook/send?key=k-e_y%2B%2F%3D%E4%B8%AD")
    }

    @Test func `a robot is a lane of its own that is never repeated in doubt, but for an app of WeCom's`() {
        for kind in RobotConfiguration.Kind.allCases {
            let robot = robot(kind)
            let repeats: Repeatability = kind == .wecomApp ? .withDuplicateCheck : .never
            #expect(robot.api.group == .robot && robot.api.repeatability == repeats)
            #expect(robot.api.label == robot.type.lanePath && MessageType(api: robot.api.label) == robot.type)
            #expect(robot.origin.hasPrefix("https://") || kind == .webhook)
            #expect(robot.limit.permits + robot.limit.burst <= kind.vendorLimit ?? .max)
        }
        #expect(Robot.sink(appName: Robot.appName(sink: "oncall")) == "oncall")
        #expect(Robot.sink(appName: Robot.appName(sink: "oncall", number: 3)) == "oncall")
        #expect(
            Robot.appName(sink: "oncall") == "robot:oncall"
                && Robot.appName(sink: "oncall", number: 1) == "robot:oncall:2"
        )
        #expect(Robot.sink(appName: "main") == nil && Robot.sink(appName: "robot") == nil)
    }

    @Test(
        arguments: [
            (.dingtalk, 0, .accepted, .success, .none), (.dingtalk, -1, .transient, .failure, .none),
            (.dingtalk, 130_101, .throttled, .ignored, .seconds(600)),
            (.dingtalk, 410_100, .throttled, .ignored, .seconds(600)),
            (.dingtalk, 310_000, .account, .ignored, .none), (.dingtalk, 300_001, .account, .ignored, .none),
            (.dingtalk, 40035, .request, .success, .none), (.dingtalk, 45009, .request, .success, .none),
            (.wecom, 0, .accepted, .success, .none), (.wecom, -1, .transient, .failure, .none),
            (.wecom, 45009, .throttled, .ignored, .nextMinute), (.wecom, 93000, .account, .ignored, .none),
            (.wecom, 40058, .request, .success, .none), (.wecom, 130_101, .request, .success, .none),
            (.feishu, 0, .accepted, .success, .none), (.feishu, 11232, .throttled, .ignored, .nextMinute),
            (.feishu, 19021, .account, .ignored, .none), (.feishu, 19024, .account, .ignored, .none),
            (.feishu, 2200, .transient, .failure, .none), (.feishu, 9499, .request, .success, .none),
        ] as [(RobotConfiguration.Kind, Int, Outcome, BreakerEffect, WaitHint)]
    )
    func `an errcode means what its vendor says`(
        _ kind: RobotConfiguration.Kind,
        _ code: Int,
        _ outcome: Outcome,
        _ breaker: BreakerEffect,
        _ wait: WaitHint
    ) {
        let feishu = #"{"code":\#(code),"msg":"text","data":{}}"#
        let result = classify(kind, 200, kind == .feishu ? feishu : #"{"errcode":\#(code),"errmsg":"text"}"#)
        #expect(result.outcome == outcome && result.breaker == breaker && result.wait == wait)
        #expect(result.errcode == code && result.errmsg == "text" && result.isAnswer)
        #expect(result.scope == (outcome == .request ? .message : .api))
    }

    @Test(
        arguments: [
            (200, "", .unknown), (200, "<html>", .unknown), (200, "{}", .unknown), (200, #"{"errcode":"x"}"#, .unknown),
            (200, #"{"errcode":0"#, .unknown), (500, #"{"errcode":-1}"#, .unknown),
            (500, "", .unknown), (504, "", .unknown), (501, "", .unknown), (301, "", .transient),
            (302, "<html>", .transient), (307, "", .transient), (502, "", .transient), (503, "busy", .transient),
            (400, "", .transient), (400, #"{"errcode":310000}"#, .account), (412, "", .request),
            (404, "", .transient), (403, "no", .transient), (408, "", .transient), (429, "", .throttled),
        ] as [(Int, String, Outcome)]
    )
    func `only an answer that says that nobody took the message is repeated`(
        _ status: Int,
        _ body: String,
        _ outcome: Outcome
    ) {
        let result = classify(.dingtalk, status, body)
        #expect(result.outcome == outcome)
        #expect(result.isAnswer == (outcome != .unknown))
    }

    @Test(arguments: [401, 403, 404, 407, 413, 451, 502]) func `a robot's proxy is no robot`(_ status: Int) {
        let result = classify(.wecom, status, "<html>Blocked</html>")
        #expect(result.isIntermediary && result.breaker == .failure && result.errmsg == "HTTP \(status)")
    }

    @Test(
        arguments: [
            (200, .accepted, .success), (204, .accepted, .success), (302, .transient, .failure),
            (400, .request, .success),
            (401, .account, .ignored), (403, .account, .ignored), (404, .account, .ignored), (410, .account, .ignored),
            (413, .request, .success), (422, .request, .success), (408, .transient, .failure),
            (429, .throttled, .ignored),
            (500, .unknown, .failure), (502, .transient, .failure), (503, .transient, .failure),
            (504, .unknown, .failure),
        ] as [(Int, Outcome, BreakerEffect)]
    )
    func `an address of one's own answers by its status`(_ status: Int, _ outcome: Outcome, _ breaker: BreakerEffect) {
        for body in ["", "ok", "thekey", #"{"errcode":310000}"#] {
            let result = classify(.webhook, status, body)
            #expect(result.outcome == outcome && result.breaker == breaker && result.errcode == nil)
            #expect(result.errmsg == nil || !(result.errmsg?.contains("thekey") ?? false))
        }
    }

    @Test func `Feishu says with one code that it can't read a body and that it comes too fast`() {
        #expect(classify(.feishu, 200, #"{"code":9499,"msg":"too many request"}"#).outcome == .throttled)
        #expect(classify(.feishu, 400, #"{"code":9499,"msg":"Bad Request"}"#).outcome == .request)
        #expect(classify(.feishu, 200, #"{"StatusCode":0}"#).outcome == .unknown)
    }

    @Test func `Feishu's signature is in the body, made anew for each attempt`() throws {
        let robot = robot(.feishu, secret: "demo")
        #expect(
            Robot.feishuSignature(seconds: 1_599_360_473, secret: "demo")
                == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="
        )
        let body = robot.body(
            Array(#"{"msg_type":"text","content":{"text":"x"}}"#.utf8),
            at: Timestamp(milliseconds: 1_599_360_473_999)
        )
        let json = try JSONObjectView(body)
        #expect(json.string("timestamp") == "1599360473" && json.string("msg_type") == "text")
        #expect(json.string("sign") == Robot.feishuSignature(seconds: 1_599_360_473, secret: "demo"))
        #expect(robot.target(at: Timestamp(milliseconds: 0)) == "/open-apis/bot/v2/hook/k-e_y%2B%2F%3D%E4%B8%AD")
        let plain = Array("{}".utf8)
        #expect(self.robot(.feishu).body(plain, at: Timestamp(milliseconds: 0)) == plain)
        #expect(self.robot(.dingtalk, secret: "s").body(plain, at: Timestamp(milliseconds: 0)) == plain)
    }

    @Test func `an address of one's own is called as it stands there, with its headers`() {
        var configuration = RobotConfiguration(kind: .webhook, key: "/a/b?c=d", origin: "https://own")
        configuration.headers = ["x-team": "a", "authorization": "Bearer t"]
        let robot = Robot(configuration)
        #expect(robot.target(at: Timestamp(milliseconds: 0)) == "/a/b?c=d" && robot.origin == "https://own")
        #expect(robot.headers == [HeaderField("authorization", "Bearer t"), HeaderField("x-team", "a")])
        #expect(self.robot(.wecom).headers.isEmpty)
    }

    @Test func `a failed connection may be repeated, a broken one not`() {
        let robot = robot(.wecom)
        #expect(robot.classify(.failure(TransportFailure(.connect, bytesLeft: false))).outcome == .transient)
        #expect(robot.classify(.failure(TransportFailure(.timeout, bytesLeft: true))).outcome == .unknown)
    }

    @Test func `secrets are cut out of what the vendor says`() {
        let result = classify(.dingtalk, 200, #"{"errcode":300001,"errmsg":"token thekey SECthesecret is not exist"}"#)
        #expect(result.errmsg == "token   is not exist")
        let address = #"{"errcode":310000,"errmsg":"no: /robot/send?x=1&timestamp=17&sign=c2lnbg%3D%3D bad"}"#
        #expect(classify(.dingtalk, 200, address).errmsg == "no: /robot/send?x=1&timestamp=")
        #expect(classify(.dingtalk, 200, #"{"errcode":1,"errmsg":"sign=abc"}"#).errmsg == "sign=")
        let long = classify(.wecom, 200, #"{"errcode":1,"errmsg":"\#(String(repeating: "中", count: 9000))"}"#)
        #expect((long.errmsg?.utf8.count ?? 0) <= ReplyClassifier.longestText)
    }
}
