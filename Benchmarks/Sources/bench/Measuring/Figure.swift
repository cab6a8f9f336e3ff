import Foundation

/// One measured value, as a line of text with tabs between its fields.
struct Figure {
  /// What is to be reached.
  enum Wanted {
    case atLeast(Double)
    case atMost(Double)
    /// Reported beside what is.
    case nothing
  }

  /// The kind of work, the same for all figures of one.
  var row: String
  var measure: String
  var value: Double
  var unit: String
  var wanted = Wanted.nothing

  func report() {
    // Written at once: the measures after it may take a while, or fail.
    let line = [row, measure, Self.text(value), unit, wantedText].joined(separator: "\t")
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private var wantedText: String {
    switch wanted {
    case .atLeast(let least): ">= \(Self.text(least))"
    case .atMost(let most): "<= \(Self.text(most))"
    case .nothing: ""
    }
  }

  private static func text(_ value: Double) -> String { String(format: "%.12g", value) }
}

/// Ends the program: what was to be measured is not what happens.
func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(1)
}
