// What the tests of ring 1 share.
@_exported public import GatewaySupport
