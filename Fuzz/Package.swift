// swift-tools-version: 6.2
import PackageDescription

// A package of its own, because libFuzzer brings a `main`: each target here is a program that it drives. `./run` builds
// and runs them.

func fuzzer(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzSupport", .product(name: "SentryCore", package: "sentry")],
    swiftSettings: [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "sentry-fuzz",
  dependencies: [.package(name: "sentry", path: "..")],
  targets: [
    .target(name: "FuzzSupport", dependencies: [.product(name: "SentryCore", package: "sentry")]),
    fuzzer("PropertyListFuzzer"),
    fuzzer("RuleFuzzer"),
    fuzzer("ValueFuzzer"),
    fuzzer("PacketFuzzer"),
    fuzzer("NotationFuzzer"),
    fuzzer("CaptureFuzzer"),
  ]
)
