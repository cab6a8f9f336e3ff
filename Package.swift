// swift-tools-version: 6.2
import PackageDescription

/// What every target in Sources is compiled with; tests are freer.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

extension Target.Dependency {
  static let algorithms = product(name: "Algorithms", package: "swift-algorithms")
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
  static let basicContainers = product(name: "BasicContainers", package: "swift-collections")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
  static let deque = product(name: "DequeModule", package: "swift-collections")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
  static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
  static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
  static let logging = product(name: "Logging", package: "swift-log")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
  static let nioHTTPCompression = product(name: "NIOHTTPCompression", package: "swift-nio-extras")
  static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
  static let system = product(name: "SystemPackage", package: "swift-system")
  static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
  static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
}

func library(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, exclude: exclude,
    swiftSettings: [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")])
}

// Imports point downwards only: a target may depend on those listed below it.
let package = Package(
  name: "sentry",
  products: [
    .executable(name: "sentry", targets: ["sentry"]),
    // What reads documents and packets, alone: for measuring it and for fuzzing it.
    .library(
      name: "SentryCore",
      targets: [
        "SentryCapture", "SentryEngine", "SentryRules", "SentryState", "SentryPropertyList", "SentryDiagnostics",
        "SentryPacket",
      ]),
    // The log on disk, for measuring it.
    .library(name: "SentryLog", targets: ["SentryJournal"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(name: "sentry", dependencies: ["SentryCommands"], swiftSettings: settings),
    library(
      "SentryCommands",
      [
        "SentryDashboard", "SentryService", "SentryNotifier", "SentryProcesses", "SentryNetfilter", "SentryControl",
        "SentryJournal", "SentryImport", "SentryEngine", "SentryRules", "SentryLogins", "SentryCapture", "SentryState",
        "SentryPropertyList", "SentryDiagnostics", "SentryPacket", "CMalloc", "CTerminal",
        .algorithms, .argumentParser, .asyncHTTPClient, .logging, .nioCore, .nioHTTP1, .nioPosix, .system,
      ]),
    .target(
      name: "SentryDashboard",
      dependencies: [
        "SentryService", "SentryProcesses", "SentryControl", "SentryJournal", "SentryPacket", "CPages",
        .hummingbird, .hummingbirdCore, .logging, .nioCore, .nioHTTPTypes, .serviceLifecycle, .system,
      ],
      // CPages makes the pages part of the program.
      exclude: ["Pages"], swiftSettings: settings),
    .target(name: "CPages"),
    library(
      "SentryService",
      [
        "SentryNotifier", "SentryProcesses", "SentryNetfilter", "SentryControl", "SentryJournal", "SentryEngine",
        "SentryRules", "SentryLogins", "SentryCapture", "SentryState", "SentryPropertyList", "SentryDiagnostics",
        "SentryPacket", "CMalloc",
        .algorithms, .deque, .hummingbird, .hummingbirdCore, .logging, .nioCore, .nioHTTPTypes, .nioPosix,
        .serviceLifecycle, .system, .unixSignals,
      ],
      // The built-in documents are part of the program.
      resources: ["Default", "AllowAll", "BlockAll", "Services"].map { .embedInCode("Resources/\($0).plist") }),
    library(
      "SentryNotifier",
      [
        "SentryProcesses", "SentryRules", "SentryPacket", "CProcess", .asyncHTTPClient, .nioCore, .nioHTTP1,
        .nioHTTPCompression, .nioPosix, .system,
      ]),
    library("SentryProcesses", ["SentryPacket", "CProcess", .crypto, .system]),
    library(
      "SentryNetfilter",
      ["SentryProcesses", "SentryRules", "SentryCapture", "SentryState", "SentryPacket", "CNftables", .algorithms]),
    library(
      "SentryJournal",
      [
        "SentryProcesses", "SentryEngine", "SentryRules", "SentryState", "SentryPropertyList", "SentryDiagnostics",
        "SentryPacket",
        .algorithms, .grdb,
      ]),
    library("SentryControl", ["SentryDiagnostics"]),
    library("SentryEngine", ["SentryRules", "SentryState", "SentryPacket", .algorithms, .basicContainers]),
    library("SentryImport", ["SentryRules", "SentryDiagnostics", "SentryPacket", .algorithms]),
    library("SentryRules", ["SentryLogins", "SentryPropertyList", "SentryDiagnostics", "SentryPacket", .algorithms]),
    library("SentryLogins", ["SentryPropertyList", "SentryPacket"]),
    library("SentryCapture", ["SentryPacket", "CFileWindows", "CPcap", "CNetfilterQueue"]),
    library("SentryState", ["SentryDiagnostics", "SentryPacket", "CLanes"]),
    library("SentryPropertyList", ["SentryDiagnostics"]),
    library("SentryDiagnostics", [.algorithms]),
    library("SentryPacket", ["CLanes", .algorithms]),
    .systemLibrary(name: "CFileWindows"),
    .systemLibrary(name: "CLanes"),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "CProcess"),
    .systemLibrary(name: "CTerminal"),
    .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(
      name: "CNetfilterQueue", pkgConfig: "libnetfilter_queue", providers: [.apt(["libnetfilter-queue-dev"])]),
    .systemLibrary(name: "CNftables", pkgConfig: "libnftables", providers: [.apt(["libnftables-dev"])]),
    library(
      "SentryTestSupport",
      [
        "SentryProcesses", "SentryEngine", "SentryRules", "SentryState", "SentryPropertyList", "SentryDiagnostics",
        "SentryPacket",
      ]),

    tests(of: "SentryDiagnostics", ["SentryTestSupport"]),
    tests(of: "SentryPropertyList", ["SentryDiagnostics", "SentryTestSupport"]),
    tests(of: "SentryPacket", ["SentryTestSupport"], exclude: ["Oracle"]),
    tests(of: "SentryLogins", ["SentryPacket", "SentryTestSupport"]),
    tests(of: "SentryState", ["SentryDiagnostics", "SentryPacket", "SentryTestSupport"]),
    tests(of: "SentryCapture", ["SentryPacket", "SentryTestSupport"], exclude: ["Oracle"]),
    tests(of: "SentryRules", ["SentryPropertyList", "SentryDiagnostics", "SentryPacket", "SentryTestSupport"]),
    tests(
      of: "SentryImport",
      ["SentryEngine", "SentryRules", "SentryState", "SentryDiagnostics", "SentryPacket", "SentryTestSupport"]),
    tests(
      of: "SentryEngine",
      [
        "SentryCapture", "SentryRules", "SentryState", "SentryPropertyList", "SentryDiagnostics", "SentryPacket",
        "SentryTestSupport",
      ]),
    tests(
      of: "SentryNetfilter",
      ["SentryCapture", "SentryRules", "SentryState", "SentryPacket", "SentryTestSupport"]),
    tests(of: "SentryNotifier", ["SentryProcesses", "SentryRules", "SentryTestSupport"]),
    tests(of: "SentryProcesses", ["SentryPacket", "SentryTestSupport"]),
    tests(
      of: "SentryJournal", ["SentryEngine", "SentryRules", "SentryState", "SentryPacket", "SentryTestSupport", .grdb]),
    tests(
      of: "SentryService",
      [
        "SentryNotifier", "SentryProcesses", "SentryControl", "SentryJournal", "SentryEngine", "SentryRules",
        "SentryCapture", "SentryState",
        "SentryDiagnostics", "SentryPacket", "SentryTestSupport", .hummingbird, .hummingbirdTesting, .logging, .nioCore,
        .nioEmbedded, .nioPosix,
      ]),
    tests(
      of: "SentryDashboard",
      [
        "SentryService", "SentryControl", "SentryEngine", "SentryRules", "SentryCapture", "SentryPacket",
        "SentryTestSupport", .hummingbird, .hummingbirdTesting, .logging, .nioCore,
      ]),
    tests(
      of: "SentryCommands",
      [
        "SentryService", "SentryControl", "SentryJournal", "SentryEngine", "SentryRules", "SentryCapture",
        "SentryState",
        "SentryDiagnostics", "SentryPacket", "SentryTestSupport", .argumentParser, .logging, .nioCore, .nioPosix,
      ]),
  ]
)
