// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that measuring brings nothing to those who use sentry.
let package = Package(
  name: "sentry-benchmarks",
  dependencies: [.package(name: "sentry", path: "..")],
  targets: [
    .executableTarget(
      name: "ReplayBenchmark",
      dependencies: [.product(name: "SentryCore", package: "sentry")]),
    .executableTarget(
      name: "TableBenchmark",
      dependencies: [.product(name: "SentryCore", package: "sentry")]),
  ]
)
