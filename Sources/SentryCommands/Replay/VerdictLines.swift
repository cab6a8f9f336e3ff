internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SystemPackage

/// Writes one JSON line per IP packet: what happened to it and which rule decided.
///
/// Fields: `frame` (1-based position in the file), `time` (seconds since 1970, microseconds kept), `verdict`, `rule` (its
/// number; `"0"` for the checks before the rules, null at the end of the rules), `action` (null without a rule), `logged`
/// (number of log entries), and for rule 0 `reason`; with several captures also `file`.
struct VerdictLines: ~Copyable {
  private static let flushBytes = 1 << 16

  private let path: String
  private let file: FileDescriptor
  private var buffer: [UInt8] = []
  /// `"rule":"2.1.5.1","action":"Trigger"` of each rule, made once.
  private let deciders: [String]
  /// `,"file":"…"` while several captures are read.
  var fileField = ""

  init(path: String, ruleSet: RuleSet) throws(CommandFailure) {
    do {
      file = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw CommandFailure(.inputOutput, "\(path): \(error)")
    }
    self.path = path
    buffer.reserveCapacity(Self.flushBytes + 1024)
    deciders = ruleSet.rules.map { #""rule":\#(Self.quoted($0.number)),"action":\#(Self.quoted($0.action.name))"# }
  }

  deinit { try? file.close() }

  mutating func append(_ judgement: Judgement, frame: UInt64, time: Timestamp) throws(CommandFailure) {
    let microseconds = String(time.nanoseconds % Timestamp.nanosecondsPerSecond / 1000)
    let fraction = String(repeating: "0", count: 6 - microseconds.count) + microseconds
    var line = #"{"frame":\#(frame),"time":\#(time.seconds).\#(fraction),"verdict":"\#(judgement.verdict.name)","#
    switch judgement.decider {
    case .endOfRules: line += #""rule":null,"action":null"#
    case .builtIn: line += #""rule":"0","action":null"#
    case .rule(let rule): line += deciders[Int(rule)]
    }
    line += #","logged":\#(judgement.entriesLogged)"#
    if case .builtIn(let reason) = judgement.decider { line += #","reason":\#(Self.quoted(reason.name))"# }
    buffer.append(contentsOf: line.utf8)
    buffer.append(contentsOf: fileField.utf8)
    buffer.append(contentsOf: "}\n".utf8)
    if buffer.count >= Self.flushBytes { try flush() }
  }

  mutating func flush() throws(CommandFailure) {
    do {
      try file.writeAll(buffer)
    } catch {
      throw CommandFailure(.inputOutput, "\(path): \(error)")
    }
    buffer.removeAll(keepingCapacity: true)
  }

  mutating func nameFile(_ name: String) { fileField = #","file":\#(Self.quoted(name))"# }

  /// A JSON string (RFC 8259 §7).
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..."\u{1F}":
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
