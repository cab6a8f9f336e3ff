internal import SentryDiagnostics

/// Metrics in the text format that Prometheus reads, version 0.0.4 ("Text-based format" in its documentation, "Exposition
/// formats"): families of samples, each family with its help and its kind in front.
struct ExpositionText {
  /// As HTTP names it.
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  enum Kind: String { case counter, gauge, histogram }

  /// A name and its value.
  typealias Label = (name: String, value: String)

  /// One value of a family. Its labels are written as they are given; names are ours, values may be anybody's.
  struct Sample {
    var labels: [Label] = []
    var value: Number

    init(_ value: Number, _ labels: Label...) {
      self.labels = labels
      self.value = value
    }
  }

  /// Ends in a line end, once something was added.
  private(set) var text = ""

  /// Adds a family. One without samples is left out: nothing is known of it.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    guard !samples.isEmpty else { return }
    begin(name, kind, help)
    for sample in samples { line(name, sample.labels, sample.value) }
  }

  /// Adds a family of one sample without labels.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Number?) {
    add(name, kind, help, value.map { [Sample($0)] } ?? [])
  }

  /// Adds a histogram.
  ///
  /// - Parameters:
  ///   - buckets: upper bounds in rising order, each with what lies at it or below, but not at the one before or below.
  ///   - beyond: what lies above the last.
  mutating func add(
    histogram name: String, _ help: String, buckets: [(bound: Double, count: UInt64)], beyond: UInt64, sum: Double
  ) {
    begin(name, .histogram, help)
    var count: UInt64 = 0
    for bucket in buckets {
      count &+= bucket.count
      line(name + "_bucket", [("le", Number(bucket.bound).text)], Number(count))
    }
    count &+= beyond
    line(name + "_bucket", [("le", "+Inf")], Number(count))
    line(name + "_sum", [], Number(sum))
    line(name + "_count", [], Number(count))
  }

  private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(Self.escaped(help: help))\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private mutating func line(_ name: String, _ labels: [Label], _ value: Number) {
    text += name
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.name)=\"\(Self.escaped(label: $0.value))\"" }.joined(separator: ",") + "}"
    }
    text += " \(value.text)\n"
  }

  // MARK: Escapes

  private static func escaped(help: String) -> String {
    help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }

  /// Other control characters than the line feed, and what has no shape of its own, may stand in a label's value, but help nobody:
  /// people look at metrics in terminals.
  static func escaped(label value: String) -> String {
    var text = ""
    for character in value {
      switch character {
      case "\\": text += #"\\"#
      case "\"": text += #"\""#
      case "\n": text += #"\n"#
      default: text.append(character.withStandIns == nil ? character : " ")
      }
    }
    return text
  }
}

extension ExpositionText {
  /// A sample's value, as the format writes numbers.
  struct Number: Equatable, ExpressibleByIntegerLiteral {
    let text: String

    init(_ value: some BinaryInteger) { text = "\(value)" }

    init(_ value: Bool) { text = value ? "1" : "0" }

    init(_ value: Double) {
      switch value {
      case .infinity: text = "+Inf"
      case -.infinity: text = "-Inf"
      default: text = value.isNaN ? "NaN" : "\(value)"
      }
    }

    init(integerLiteral value: Int) { self.init(value) }
  }
}
