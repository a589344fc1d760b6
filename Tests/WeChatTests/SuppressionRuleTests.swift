import Testing
import WeChat

/// Who is not sent to after which errcode, for how long, and what ends it.
@Suite struct SuppressionRuleTests {
    private static let month = Duration.seconds(30 * 86_400)
    private static let rows: [(errcode: Int, type: MessageType, reach: SuppressionReach?)] = [
        (43004, .template, .following), (43004, .custom, .following), (43004, .subscribe, .everything),
        (43019, .template, .everything), (43019, .custom, .everything), (43019, .subscribe, .everything),
        (48002, .template, .everything), (48002, .custom, .everything),
        (43101, .template, .template("T")), (43101, .subscribe, .template("T")), (43101, .miniProgram, .template("T")),
        (45015, .custom, .conversation), (45047, .custom, .conversation), (45015, .template, nil),
        (43004, .mass, nil), (43019, .webhook, nil), (43101, .mass, nil),
    ]

    @Test(arguments: rows)
    func `an errcode stops what it is about`(_ row: (errcode: Int, type: MessageType, reach: SuppressionReach?)) {
        let rule = SuppressionRule.rule(for: row.errcode)
        #expect(rule?.reach(of: row.type, template: "T") == row.reach)
    }

    @Test func `without a template nothing is said of one`() {
        #expect(SuppressionRule.rule(for: 43101)?.reach(of: .template, template: nil) == nil)
    }

    @Test func `every row is about a recipient, and no other errcode suppresses`() {
        let codes = SuppressionRule.all.map(\.errcode)
        #expect(codes == [43004, 43019, 43101, 45015, 45047, 48002])
        for code in codes { #expect(ErrorCodeTable.entry(code).outcome == .recipient, "\(code)") }
        for code in [0, -1, 40001, 40003, 43117, 45009, 47003, 48001] {
            #expect(SuppressionRule.rule(for: code) == nil)
        }
    }

    @Test func `it is believed as long as the app says, and no longer than it can be so`() throws {
        for code in [43004, 43101, 48002] {
            let rule = try #require(SuppressionRule.rule(for: code))
            #expect(rule.lasts(wanted: Self.month, isHeard: true) == Self.month)
        }
        for (code, longest) in [(43019, 86_400), (45015, 172_800), (45047, 172_800)] {
            let rule = try #require(SuppressionRule.rule(for: code))
            #expect(rule.lasts(wanted: Self.month, isHeard: true) == .seconds(longest))
            #expect(rule.lasts(wanted: .seconds(60), isHeard: true) == .seconds(60))
        }
    }

    @Test func `where nobody hears what users do it counts for ten minutes`() {
        for rule in SuppressionRule.all {
            #expect(rule.lasts(wanted: Self.month, isHeard: false) == SuppressionRule.longestUnheard)
        }
    }

    @Test(arguments: [
        (UserSign.followed, SuppressionLifting.all),
        (.spoke, .only([.everything, .following, .conversation])),
        (.accepted(template: "T"), .only([.template("T")])),
    ])
    func `a user's sign ends what it speaks about`(_ sign: UserSign, _ lifted: SuppressionLifting) {
        #expect(sign.lifted == lifted)
    }

    @Test func `what may stop a message is all that its type needs`() {
        #expect(
            SuppressionReach.reaches(of: .template, template: "T") == [.everything, .following, .template("T")]
        )
        #expect(SuppressionReach.reaches(of: .subscribe, template: "T") == [.everything, .template("T")])
        #expect(SuppressionReach.reaches(of: .miniProgram, template: nil) == [.everything])
        #expect(SuppressionReach.reaches(of: .custom, template: nil) == [.everything, .following, .conversation])
        #expect(SuppressionReach.reaches(of: .mass, template: nil) == [])
    }

    @Test(arguments: [SuppressionReach.everything, .following, .conversation, .template("a:b"), .template("")])
    func `a reach is read as it was stored`(_ reach: SuppressionReach) {
        #expect(SuppressionReach(stored: reach.stored) == reach)
        #expect(SuppressionReach(stored: "other") == nil)
    }

    @Test func `an address is who and with what, of usual lengths`() throws {
        let body = Array(#"{"touser":"o1","template_id":"T","data":{}}"#.utf8)
        let template = try #require(MessageAddress(.template, in: body))
        #expect(template.recipient == "o1" && template.template == "T")
        #expect(MessageAddress(.custom, in: body)?.template == nil)
        #expect(MessageAddress(.mass, in: body) == nil)
        #expect(MessageAddress(.template, in: Array("no JSON".utf8)) == nil)
        let long = String(repeating: "o", count: MessageAddress.longestRecipient + 1)
        #expect(MessageAddress(.template, in: Array(#"{"touser":"\#(long)"}"#.utf8)) == nil)
        #expect(MessageAddress(.template, in: Array(#"{"touser":""}"#.utf8)) == nil)
        #expect(MessageAddress(.template, in: Array(#"{"touser":"o1"}"#.utf8))?.template == nil)
    }

    @Test func `a policy covers the types that it has on`() {
        var policy = SuppressionPolicy()
        for type in [MessageType.template, .subscribe, .miniProgram, .custom] { #expect(policy.covers(type)) }
        for type in [MessageType.mass, .dingtalk, .webhook] { #expect(!policy.covers(type)) }
        policy.custom = false
        policy.miniProgram = false
        #expect(!policy.covers(.custom) && !policy.covers(.miniProgram) && policy.covers(.template))
    }
}
