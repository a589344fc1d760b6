import Queueing
import Testing
import Timekeeping
import WeChat
import WeirPorts

@testable import DispatchCore
@testable import Explaining

/// A message that waits because of what WeChat said of its app: it names the errcode, and what to do.
@Suite struct ExplanationRefusalTests {
    struct Wait: CustomTestStringConvertible {
        var reason: WaitReason
        var errcode: Int
        var advice: String?

        var testDescription: String { "\(reason) \(errcode)" }
    }

    @Test(arguments: [
        Wait(
            reason: .credentials,
            errcode: 40125,
            advice: "Set the app's secret to the present AppSecret. Then reload the configuration."
        ),
        Wait(
            reason: .credentials,
            errcode: 40164,
            advice: "Add this gateway's address to the account's IP allow-list. Then reload the configuration."
        ),
        Wait(
            reason: .credentials,
            errcode: 41002,
            advice:
                "Compare the app's appid and secret with those that WeChat's settings show, and reload the configuration."
        ),
        Wait(
            reason: .account,
            errcode: 48001,
            advice: "Have this api granted to the account, or check that the appid is the right one."
        ),
        Wait(
            reason: .tokenRejected,
            errcode: 40001,
            advice: "If it happens again and again, somebody else refreshes this account's token."
        ),
    ])
    func `it names the errcode behind the wait, and what to do`(wait: Wait) {
        let told = ExplanationBench.explain(
            ExplanationBench.record(.template, .pending),
            report: ExplanationBench.report(Obstacle(wait.reason)),
            refusedWith: wait.errcode
        )
        #expect(told.summary.contains("(errcode \(wait.errcode): "))
        #expect(told.steps.last?.errcode == wait.errcode)
        #expect(told.steps.last?.meaning?.isEmpty == false)
        #expect(told.steps.last?.advice == wait.advice)
        guard let advice = wait.advice else { return }
        #expect(told.summary.hasSuffix(advice) && told.steps.last?.text.hasSuffix(advice) == true)
    }

    @Test func `without an errcode the words stay as they are`() {
        let told = ExplanationBench.explain(
            ExplanationBench.record(.template, .pending),
            report: ExplanationBench.report(Obstacle(.credentials))
        )
        #expect(!told.summary.contains("errcode") && told.steps.last?.advice == nil)
    }
}
