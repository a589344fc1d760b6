// The parts that Weir is made of are what it offers: whoever embeds it needs no second import.
@_exported public import Alerting
@_exported public import Budgeting
@_exported public import Callbacks
@_exported public import Clients
@_exported public import Delivering
@_exported public import Dispatching
@_exported public import Eventing
@_exported public import Explaining
@_exported public import Intake
@_exported public import Messaging
@_exported public import Operating
@_exported public import Relaying
@_exported public import RequestTracing
@_exported public import Settings
@_exported public import Telemetry
@_exported public import WeChatCallback
@_exported public import WeirPorts
