// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that measuring brings nothing to those who use sentry. `./run` builds it, runs its measures and
// prints what they have come to.
let package = Package(
  name: "sentry-benchmarks",
  dependencies: [.package(name: "sentry", path: "..")],
  targets: [
    .executableTarget(
      name: "bench",
      dependencies: [
        .product(name: "SentryCore", package: "sentry"), .product(name: "SentryLog", package: "sentry"),
      ],
      swiftSettings: [.treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")])
  ]
)
