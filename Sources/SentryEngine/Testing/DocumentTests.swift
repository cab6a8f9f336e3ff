public import SentryDiagnostics
internal import SentryPacket
public import SentryRules

/// Runs the tests that documents carry.
///
/// Every test has an engine of its own, with empty tables; the packets of a sequence share it. `me` is the first address of
/// `settings.local`, else 192.0.2.1 and 2001:db8::1, and both count as this host besides `settings.local`. Packets arrive
/// where their line says, else on the document's first interface with filters, else on `eth0`, which is external. The rules
/// are put in force at noon of 1 January 2026 on the clocks of this machine, or at the time that the first packet names.
public enum DocumentTests {
  /// In the order of the document.
  public static func run(_ ruleSet: RuleSet) -> [TestResult] {
    run(ruleSet.tests, of: ruleSet)
  }

  /// Only some of the document's tests.
  public static func run(_ tests: [DocumentTest], of ruleSet: RuleSet) -> [TestResult] {
    var results: [TestResult] = []
    run(tests, of: ruleSet) { results.append($0) }
    return results
  }

  /// The same; each result is handed over as soon as it is there, and not kept.
  public static func run(_ tests: [DocumentTest], of ruleSet: RuleSet, _ body: (TestResult) -> Void) {
    guard !tests.isEmpty else { return }
    let labels = RuleLabels()
    let rules = LoadedRules(ruleSet, labels: labels)
    for test in tests {
      var run = TestRun(test, rules)
      body(run.run())
    }
  }

  /// A finding for each packet that was not treated as promised, in the order of their places.
  public static func failures(of ruleSet: RuleSet) -> [Diagnostic] {
    var failures: [Diagnostic] = []
    run(ruleSet.tests, of: ruleSet) { failures += $0.failures }
    return failures
  }
}

/// What became of a test.
public struct TestResult: Sendable {
  public let test: DocumentTest
  /// As many as the test has steps.
  public let steps: [StepResult]

  public var hasPassed: Bool { steps.allSatisfy { $0.failure == nil } }

  /// Findings about the document, of id `testFailed`.
  public var failures: [Diagnostic] {
    zip(test.steps, steps).compactMap { step, result in
      result.failure.map { failure in
        Diagnostic(
          .testFailed, at: step.place, "expected \(failure.expected), found \(failure.found)",
          hint: test.name.isEmpty ? nil : "in the test '\(test.name)'")
      }
    }
  }
}

/// What became of a packet of a test.
public struct StepResult: Sendable {
  /// `delete by 2.1.5.1 telnet probe`: of the last one, if the packet was sent several times; of the first that was not
  /// treated as promised, if there is one.
  public let outcome: String
  /// `nil` if it was treated as promised.
  public let failure: TestFailure?
}

/// Where a test and the rules disagree.
public struct TestFailure: Sendable, Equatable {
  /// `delete by rule 2.1.5.1`.
  public let expected: String
  /// In the same words.
  public let found: String
}
