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

func source(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
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
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let httpServer: [Target.Dependency] = [
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

let sockets: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"), logging,
    lifecycle,
]

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["WeirServer"]),
        .library(name: "Weir", targets: ["Weir", "Queueing", "WeChat", "Timekeeping"]),
        .library(name: "Resilience", targets: ["Resilience"]),
        .library(name: "PrometheusMetrics", targets: ["PrometheusMetrics"]),
    ],
    dependencies: [
        // Its configuration reader is not used here; without it a clean build is a minute shorter.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl",
            path: "Sources/C/CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(name: "CZlib", path: "Sources/C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Ring 0: pure values and small locked drivers.
        source("Timekeeping"),
        source("Resilience", ["Timekeeping"]),
        source("Queueing", ["Timekeeping"]),
        source("WeChat", ["Timekeeping"]),
        source("PrometheusMetrics", [coreMetrics]),

        // Ring 1: orchestration, no sockets, files or C.
        source(
            "Weir",
            [
                "Timekeeping", "Resilience", "Queueing", "WeChat", "PrometheusMetrics", logging, lifecycle, crypto,
                tracing,
            ]
        ),

        // For tests of whatever stands on ring 1, and for those who write a journal of their own.
        source("WeirTesting", ["Weir", "Queueing", "WeChat", "Timekeeping"]),

        // Ring 2: adapters, one outside thing each.
        source("Gzip", ["CZlib"]),
        source("CurlTransport", ["Weir", "Resilience", "Gzip", "CCurl"]),
        source("OTLPTracing", ["Timekeeping", tracing]),
        source("SQLiteJournal", ["Weir", "Queueing", "WeChat", "Timekeeping", grdb]),
        source("HTTPServing", httpServer + ["Resilience", logging, lifecycle]),
        source(
            "WeirHTTP",
            ["Weir", "Queueing", "Resilience", "WeChat", "Timekeeping", "PrometheusMetrics", "Gzip", "HTTPServing"],
            resources: [.embedInCode("openapi.yaml")]
        ),
        source("WeChatSandbox", ["HTTPServing", logging, lifecycle]),

        // Ring 3: the executable.
        source("WeirConfiguration", ["Weir", "Resilience", "Queueing", "Timekeeping", yams]),
        .executableTarget(
            name: "WeirServer",
            dependencies: [
                "Weir", "WeirHTTP", "HTTPServing", "CurlTransport", "SQLiteJournal", "OTLPTracing", "WeChatSandbox",
                "Queueing", "Resilience", "WeChat", "PrometheusMetrics", "Timekeeping", "WeirConfiguration",
                argumentParser, coreMetrics, logging, lifecycle, tracing,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "MicroBenchmarks",
            dependencies: ["Resilience", "Queueing", "PrometheusMetrics", "Timekeeping"],
            path: "Benchmarks/Micro",
            swiftSettings: strict
        ),

        // Tests: one target a source target, and the built binary against real clients.
        .target(name: "TestSupport", dependencies: ["Timekeeping"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("Resilience"),
        tests("Queueing"),
        tests("WeChat"),
        tests("PrometheusMetrics", [coreMetrics]),
        tests(
            "Weir",
            ["WeirTesting", "Resilience", "Queueing", "WeChat", "PrometheusMetrics", logging, lifecycle, tracing]
        ),
        tests("WeirTesting", ["Weir", "Queueing", "WeChat"]),
        tests("Gzip"),
        tests("CurlTransport", ["Weir", "Resilience", "Gzip", "CCurl"]),
        tests("OTLPTracing", [tracing]),
        tests("SQLiteJournal", ["WeirTesting", "Weir", "Queueing", "WeChat", grdb]),
        tests("HTTPServing", sockets + ["Resilience"]),
        tests(
            "WeirHTTP",
            ["WeirTesting", "Weir", "HTTPServing", "Resilience", "Queueing", "WeChat", "PrometheusMetrics", logging]
        ),
        tests("WeChatSandbox", sockets + ["HTTPServing"]),
        tests("WeirConfiguration", ["Weir", "Resilience", "Queueing"]),
        .testTarget(name: "RepositoryTests", dependencies: ["Weir"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["WeirServer"],
            exclude: ["Python"],
            swiftSettings: strict
        ),
    ]
)
