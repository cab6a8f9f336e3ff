internal import Foundation
public import SentryDiagnostics
public import SentryPacket

/// A promise that a document makes of itself: packets, and what becomes of each.
public struct DocumentTest: Sendable {
  /// As the document calls it; empty if it does not.
  public let name: String
  /// In the order they are sent, to tables that are empty before the first; never empty.
  public let steps: [TestStep]

  /// What to call it: its name, else its first packet.
  public var title: String { name.isEmpty ? steps.first?.packet.text ?? "" : name }

  /// When the rules are put in force unless the first packet names a time: Thursday, 1 January 2026, at noon on this
  /// machine's clocks.
  public static var usualStart: Timestamp {
    NotationTime("2026-01-01 12:00:00")?.timestamp(in: .current) ?? Timestamp(seconds: 1_767_268_800)
  }
}

/// One packet of a test, perhaps sent several times.
public struct TestStep: Sendable {
  public let packet: DescribedPacket
  /// Seconds since the packet before, or since the rules were put in force.
  public let delay: Double
  /// At least 1.
  public let count: Int
  /// Seconds between them.
  public let interval: Double
  /// Of every one of them.
  public let expectation: Expectation
  /// Where the document describes the packet.
  public let place: Diagnostic.Place
}

extension TestStep {
  /// What a test says will happen to a packet; what is `nil` it does not care about.
  public struct Expectation: Sendable, Equatable {
    public enum Decider: Sendable, Equatable {
      /// `2.1.5.1`.
      case rule(String)
      /// Rule `0`, the checks before the rules.
      case builtIn
      /// `none`: no rule ended the walk.
      case endOfRules
    }

    /// What the table `trigger` is to hold after the packet.
    public enum Triggered: Sendable, Equatable {
      case nobody
      /// All of these, and perhaps others.
      case addresses([IPAddress])
    }

    public var verdict: Verdict?
    public var decider: Decider?
    /// Why rule 0 decided.
    public var reason: String?
    /// Number of log entries.
    public var entriesLogged: Int?
    public var triggered: Triggered?

    public init() {}

    public var isEmpty: Bool { self == Expectation() }
  }
}

extension DocumentTest: Equatable {
  /// The same packets and promises; where they stand in the text does not matter.
  public static func == (a: DocumentTest, b: DocumentTest) -> Bool {
    a.name == b.name && a.steps == b.steps
  }
}

extension TestStep: Equatable {
  public static func == (a: TestStep, b: TestStep) -> Bool {
    a.packet == b.packet && a.delay == b.delay && a.count == b.count && a.interval == b.interval
      && a.expectation == b.expectation
  }
}
