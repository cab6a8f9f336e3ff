internal import ArgumentParser
internal import Foundation

/// `--format` of commands that report.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// JSON as every command writes it: stable key order, readable, one object.
func jsonText(_ value: some Encodable) throws(CommandFailure) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  do {
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  } catch {
    throw CommandFailure(.internalError, "the report cannot be written as JSON: \(error)")
  }
}
