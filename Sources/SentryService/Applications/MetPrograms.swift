/// The programs that the packet thread has met, by their numbers: the latest so many.
struct MetPrograms: Sendable {
  private static let capacity = 4_096

  private var programs: [UInt32: MetProgram] = [:]

  /// In the order in which they were met.
  var all: [MetProgram] { programs.values.sorted { $0.number < $1.number } }

  subscript(number: UInt32) -> MetProgram? { programs[number] }

  mutating func meet(_ program: MetProgram) {
    if programs.count >= Self.capacity, let oldest = programs.keys.min() { programs[oldest] = nil }
    programs[program.number] = program
  }

  /// It was met behind this process last.
  mutating func note(process: UInt32, of number: UInt32) { programs[number]?.process = process }

  /// Whether another file has come to the path of what it runs.
  mutating func note(isReplaced: Bool, of number: UInt32) { programs[number]?.isReplaced = isReplaced }

  func path(of number: UInt32) -> String? { programs[number]?.text }

  func all(at paths: Set<String>) -> [MetProgram] { all.filter { $0.text.map(paths.contains) ?? false } }
}

extension MetProgram {
  /// Its path; one that is no text cannot be decided about.
  var text: String? { String(validating: path, as: UTF8.self) }
}
