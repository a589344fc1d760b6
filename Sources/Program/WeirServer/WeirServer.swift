import ArgumentParser
import Weir

/// The command line.
@main
struct WeirServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "A resilience-first gateway in front of the WeChat API.",
        version: Version.current,
        subcommands: [
            ServeCommand.self, CheckCommand.self, SandboxCommand.self, DemoCommand.self, SendCommand.self,
            StatusCommand.self, ExplainCommand.self, ListCommand.self, QuotaCommand.self, ClearQuotaCommand.self,
            RaiseCommand.self, CancelCommand.self, RedriveCommand.self, OperationsCommand.self, AuditCommand.self,
            ForgetCommand.self,
            SuppressionsCommand.self, LiftCommand.self, ErrcodeCommand.self, BackupCommand.self,
        ]
    )
}
