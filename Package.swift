// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// The folders of `Sources/`, from the bottom up: a target sees its own ring and those below it.
enum Ring: String {
    case foundations = "Foundations"
    case gateway = "Gateway"
    case adapters = "Adapters"
    case program = "Program"

    func path(_ name: String) -> String { "Sources/\(rawValue)/\(name)" }
}

func source(
    _ ring: Ring,
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    resources: [Resource] = []
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: ring.path(name),
        resources: resources,
        swiftSettings: strict
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.byName(name: name), "TestSupport", "Timekeeping"] + dependencies,
        swiftSettings: strict
    )
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let sockets = [nio, nioPosix, logging, lifecycle]

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["WeirServer"]),
        // The gateway, with the modules whose types its API names.
        .library(
            name: "Weir",
            targets: [
                "Weir", "Telemetry", "Relaying", "Operating", "Messaging", "Callbacks", "Clients", "Settings",
                "RequestTracing", "Suppressing", "Budgeting", "Delivering", "Dispatching", "DispatchCore",
                "WeChatCallback", "Explaining", "Alerting", "Eventing",
                "Intake",
                "WeirPorts", "Addressing", "Timekeeping",
                "Resilience", "Queueing", "WireJSON", "WeChat", "PrometheusMetrics",
            ]
        ),
        // What fills its ports, and its doors.
        .library(name: "CurlTransport", targets: ["CurlTransport"]),
        .library(name: "SQLiteJournal", targets: ["SQLiteJournal"]),
        .library(name: "OTLPTracing", targets: ["OTLPTracing"]),
        .library(name: "HTTPServing", targets: ["HTTPServing", "Addressing"]),
        .library(name: "WeirHTTP", targets: ["WeirHTTP", "HTTPServing", "Addressing"]),
        .library(name: "WeirConfiguration", targets: ["WeirConfiguration"]),
        // To test with.
        .library(name: "WeirTesting", targets: ["WeirTesting"]),
        .library(name: "WeChatSandbox", targets: ["WeChatSandbox", "Addressing"]),
        // Of use without a gateway.
        .library(name: "Resilience", targets: ["Resilience", "Timekeeping"]),
        .library(name: "PrometheusMetrics", targets: ["PrometheusMetrics"]),
    ],
    dependencies: [
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Ring 0: pure values and small locked drivers.
        source(.foundations, "Timekeeping"),
        source(.foundations, "Addressing"),
        source(.foundations, "Resilience", ["Timekeeping"]),
        source(.foundations, "Queueing", ["Timekeeping"]),
        source(.foundations, "WireJSON"),
        source(.foundations, "WireProtobuf"),
        source(.foundations, "WireMessagePack", ["WireJSON"]),
        source(.foundations, "WeChat", ["Timekeeping", "WireJSON"]),
        source(.foundations, "WeChatCallback", ["Timekeeping", "WireJSON", crypto, cryptoExtras]),
        source(.foundations, "PrometheusMetrics", ["WireProtobuf", coreMetrics]),

        // Ring 1: orchestration, no sockets, files or C. Adapters see the ports and nothing above them.
        source(.gateway, "WeirPorts", ["Timekeeping", "Resilience", "Queueing", "WeChat"]),
        // Decides what leaves and when: a value, whose storage nobody else sees.
        source(
            .gateway,
            "DispatchCore",
            ["WeirPorts", "Timekeeping", "Resilience", "Queueing", "WireJSON", "WeChat"]
        ),
        // Who is not sent to, and why.
        source(.gateway, "Suppressing", ["WeirPorts", "Timekeeping", "WeChat", crypto]),
        // The clients' daily budgets: what is used of them, and that it outlives the process.
        source(.gateway, "Budgeting", ["WeirPorts", "Timekeeping", "WireJSON"]),
        // Signed deliveries out, each destination in a lane of its own. Knows no message's or event's way here.
        source(
            .gateway,
            "Delivering",
            ["WeirPorts", "Addressing", "Timekeeping", "Resilience", "Queueing", "WireJSON", crypto]
        ),
        // Asks it, and sends. Whoever wants to know of it implements its observer.
        source(
            .gateway,
            "Dispatching",
            [
                "DispatchCore", "Suppressing", "Budgeting", "WeirPorts", "Timekeeping", "Resilience", "Queueing",
                "WireJSON", "WeChat",
            ]
        ),
        source(
            .gateway,
            "Explaining",
            ["DispatchCore", "WeirPorts", "Timekeeping", "Resilience", "Queueing", "WeChat"]
        ),
        // The way into the queue, as those see it who have messages to send.
        source(.gateway, "Intake", ["WeirPorts", "Queueing", "WeChat", "Timekeeping"]),
        // Makes messages of Alertmanager's webhooks. Knows no client, relay or metric: what it does it tells its observer.
        source(
            .gateway,
            "Alerting",
            [
                "Intake", "WeirPorts", "Addressing", "Timekeeping", "Resilience", "Queueing", "WireJSON", "WeChat",
                logging,
                crypto,
            ]
        ),
        // What a client's signed events become: checks, reads and maps them. Values, but for the memory of signatures.
        source(
            .gateway,
            "Eventing",
            ["Intake", "Queueing", "WireJSON", "WireMessagePack", "WireProtobuf", "WeChat", crypto, mustache]
        ),
        // The configuration as plain values.
        source(
            .gateway,
            "Settings",
            [
                "Alerting", "Eventing", "Delivering", "Budgeting", "WeirPorts", "Addressing", "Resilience", "Queueing",
                "WeChat", "WeChatCallback",
            ]
        ),
        // Who may use what, by the settings in force.
        source(
            .gateway,
            "Clients",
            ["Settings", "Budgeting", "Dispatching", "Timekeeping", "Resilience", "Queueing", "WeChat", crypto]
        ),
        // WeChat's callbacks, and the receipts in them. Knows no message, relayed call or metric: it has an observer.
        source(
            .gateway,
            "Callbacks",
            [
                "Settings", "RequestTracing", "Suppressing", "Delivering", "WeirPorts", "Timekeeping", "WireJSON",
                "WeChat", "WeChatCallback",
            ]
        ),
        // The spans of requests and attempts. Nothing else touches the tracer.
        source(
            .gateway,
            "RequestTracing",
            [
                "Dispatching", "Intake", "WeirPorts", "Addressing", "Timekeeping", "Resilience", "Queueing", "WeChat",
                tracing,
            ]
        ),
        // WeChat's API at Weir's address. Knows no message and no metric: what it does it tells its observer.
        source(
            .gateway,
            "Relaying",
            [
                "Clients", "Settings", "RequestTracing", "Suppressing", "Budgeting", "Dispatching", "Intake",
                "WeirPorts",
                "Addressing", "Timekeeping",
                "Resilience", "Queueing", "WireJSON", "WeChat", "WeChatCallback", crypto,
            ]
        ),
        // The messages API and the way into the queue. Knows no relayed call and no metric: it has an observer, too.
        source(
            .gateway,
            "Messaging",
            [
                "Clients", "Settings", "Eventing", "Suppressing", "Budgeting", "Delivering", "Dispatching",
                "Explaining", "Intake", "WeirPorts",
                "Timekeeping", "Resilience", "Queueing", "WireJSON", "WeChat", crypto,
            ]
        ),
        // What operators have done to many messages, and the trail of all that they do. Knows no metric: it has an observer, too.
        source(
            .gateway,
            "Operating",
            [
                "Messaging", "Clients", "Suppressing", "Dispatching", "Intake", "WeirPorts", "Timekeeping",
                "Resilience",
                "Queueing", "WireJSON", "WeChat", crypto,
            ]
        ),
        // Everybody's observer: makes metrics, spans and log lines of what it is told.
        source(
            .gateway,
            "Telemetry",
            [
                "Relaying", "Operating", "Messaging", "Alerting", "Callbacks", "Clients", "Settings", "RequestTracing",
                "Suppressing", "Budgeting", "Delivering", "Dispatching",
                "Explaining", "Intake", "WeirPorts", "Timekeeping", "Resilience", "Queueing", "WeChat",
                "PrometheusMetrics", logging,
            ]
        ),
        // The gateway: the parts above put together.
        source(
            .gateway,
            "Weir",
            [
                "Telemetry", "Relaying", "Operating", "Messaging", "Alerting", "Eventing", "Callbacks", "Clients",
                "Settings", "RequestTracing", "Suppressing", "Budgeting", "Delivering", "Dispatching", "Explaining",
                "Intake", "WeirPorts", "Timekeeping", "Resilience", "Queueing", "WeChat",
                "PrometheusMetrics", logging, lifecycle, tracing,
            ]
        ),

        // For tests of whatever stands on the ports, and for those who write a journal of their own.
        source(.gateway, "WeirTesting", ["WeirPorts", "Queueing", "WeChat", "Timekeeping"]),

        // Ring 2: adapters, one outside thing each.
        .systemLibrary(
            name: "CCurl",
            path: Ring.adapters.path("C/CCurl"),
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(
            name: "CZlib",
            path: Ring.adapters.path("C/CZlib"),
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]
        ),
        .systemLibrary(
            name: "CSQLite",
            path: Ring.adapters.path("C/CSQLite"),
            pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]
        ),
        .systemLibrary(name: "CBuild", path: Ring.adapters.path("C/CBuild")),
        source(.adapters, "Gzip", ["CZlib"]),
        source(.adapters, "CurlTransport", ["WeirPorts", "Resilience", "Gzip", "CCurl"]),
        source(.adapters, "OTLPTracing", ["Addressing", "Timekeeping", "Resilience", "Gzip", "WireProtobuf", tracing]),
        source(.adapters, "SQLiteJournal", ["WeirPorts", "Queueing", "WeChat", "Timekeeping", "CSQLite"]),
        source(.adapters, "HTTPServing", sockets + [nioHTTP1, "Addressing", "Resilience"]),
        source(
            .adapters,
            "WeirHTTP",
            [
                "Weir", "Addressing", "Queueing", "Resilience", "WireJSON", "WeChat", "Timekeeping",
                "PrometheusMetrics", "Gzip", "HTTPServing",
            ],
            resources: [.embedInCode("openapi.yaml")]
        ),
        source(
            .adapters,
            "WeChatSandbox",
            ["HTTPServing", "Addressing", nio, nioPosix, crypto, cryptoExtras, logging, lifecycle]
        ),

        // Ring 3: the executable.
        source(
            .program,
            "WeirConfiguration",
            ["Weir", "Addressing", "Resilience", "Queueing", "WeChat", "Timekeeping", yams]
        ),
        .executableTarget(
            name: "WeirServer",
            dependencies: [
                "Weir", "WeirHTTP", "HTTPServing", "CurlTransport", "SQLiteJournal", "OTLPTracing", "WeChatSandbox",
                "Addressing", "Queueing", "Resilience", "WireJSON", "WeChat", "PrometheusMetrics", "Timekeeping",
                "WeirConfiguration", "CBuild",
                argumentParser, coreMetrics, logging, lifecycle, tracing,
            ],
            path: Ring.program.path("WeirServer"),
            swiftSettings: strict,
            // The program's malloc. Calls are made by one thread and freed by another: glibc takes an arena's lock for that.
            linkerSettings: [.linkedLibrary("mimalloc")]
        ),
        .executableTarget(
            name: "MicroBenchmarks",
            dependencies: ["Resilience", "Queueing", "PrometheusMetrics", "Timekeeping"],
            path: "Benchmarks/Micro",
            swiftSettings: strict
        ),

        // Tests: one target a source target, and the built binary against real clients.
        .target(name: "TestSupport", dependencies: ["Timekeeping"], path: "Tests/TestSupport", swiftSettings: strict),
        // What the tests of ring 1 share.
        .target(
            name: "GatewaySupport",
            dependencies: ["WeirPorts", "Resilience", "Timekeeping"],
            path: "Tests/GatewaySupport",
            swiftSettings: strict
        ),
        .testTarget(name: "TimekeepingTests", dependencies: ["Timekeeping", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "AddressingTests", dependencies: ["Addressing", "TestSupport"], swiftSettings: strict),
        tests("Resilience"),
        tests("Queueing"),
        tests("WireJSON"),
        tests("WireMessagePack"),
        tests("Eventing", ["Intake", "WireProtobuf", "WireJSON", "WeChat"]),
        tests("WeChat", ["WireJSON"]),
        tests("WeChatCallback"),
        tests("PrometheusMetrics", ["WireProtobuf", coreMetrics]),
        tests(
            "DispatchCore",
            ["Settings", "GatewaySupport", "WeirTesting", "WeirPorts", "Resilience", "Queueing", "WeChat"]
        ),
        tests(
            "Dispatching",
            [
                "Settings", "Suppressing", "Budgeting", "GatewaySupport", "WeirTesting", "WeirPorts", "Resilience",
                "Queueing",
                "WireJSON", "WeChat",
            ]
        ),
        tests("Operating", ["WeirTesting", "WeirPorts", "Resilience", "Queueing", "WeChat"]),
        tests("Suppressing", ["WeirTesting", "WeirPorts", "Queueing", "WeChat"]),
        tests("Budgeting", ["WeirTesting", "WeirPorts"]),
        tests(
            "Delivering",
            ["GatewaySupport", "WeirTesting", "WeirPorts", "Resilience", "Queueing", "WireJSON", "WeChat", crypto]
        ),
        tests("Explaining", ["Settings", "DispatchCore", "WeirPorts", "Resilience", "Queueing", "WeChat"]),
        tests(
            "Weir",
            [
                "Telemetry", "Relaying", "Operating", "Messaging", "Callbacks", "Clients", "RequestTracing",
                "DispatchCore", "Suppressing", "Budgeting", "Delivering", "Dispatching", "Explaining", "Alerting",
                "Intake", "WeirTesting",
                "GatewaySupport",
                "Resilience", "Queueing",
                "WireJSON", "WeChat",
                "PrometheusMetrics", logging, lifecycle, tracing,
            ]
        ),
        tests("WeirTesting", ["WeirPorts", "Queueing", "WeChat"]),
        tests("Gzip"),
        tests("CurlTransport", ["WeirPorts", "Resilience", "Gzip", "CCurl"]),
        tests("OTLPTracing", ["Resilience", "Gzip", "WireProtobuf", tracing]),
        tests("SQLiteJournal", ["WeirTesting", "WeirPorts", "Queueing", "WeChat"]),
        tests("HTTPServing", sockets + [nioEmbedded, "Addressing", "Resilience"]),
        tests(
            "WeirHTTP",
            [
                "WeirTesting", "Weir", "HTTPServing", "Resilience", "Queueing", "WireJSON", "WeChat",
                "PrometheusMetrics", logging,
            ]
        ),
        tests("WeChatSandbox", sockets + ["Addressing", "HTTPServing"]),
        tests("WeirConfiguration", ["Weir", "Addressing", "Resilience", "Queueing", "WeChat"]),
        .testTarget(
            name: "RepositoryTests",
            dependencies: ["Weir", "PrometheusMetrics", "WeChat"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["WeirServer"],
            exclude: ["Python"],
            swiftSettings: strict
        ),
    ]
)
