import Testing

import SentryPropertyList

private func edited(_ text: String, _ change: (inout SourceEdits) -> Void) throws(SourceEdits.Failure) -> String {
  var edits = SourceEdits()
  change(&edits)
  return String(decoding: try edits.applied(to: Array(text.utf8)), as: UTF8.self)
}

@Test func changesAreMadeAllAtOnce() throws {
  #expect(try edited("abc") { _ in } == "abc")
  #expect(try edited("abc") { $0.replace(1..<2, with: "XY") } == "aXYc")
  #expect(
    try edited("abc") {
      $0.insert("1", at: 0); $0.insert("2", at: 3)
    } == "1abc2")
  #expect(
    try edited("abcdef") {
      $0.replace(4..<5, with: ""); $0.replace(0..<2, with: "é")
    } == "écdf")
  #expect(
    try edited("ab") {
      $0.insert("1", at: 1); $0.insert("2", at: 1)
    } == "a12b")
  #expect(
    try edited("abc") {
      $0.replace(0..<1, with: "x"); $0.insert("y", at: 1); $0.replace(1..<3, with: "z")
    } == "xyz")
}

@Test func changesThatCannotBeMadeAreRefused() {
  #expect(throws: SourceEdits.Failure.overlapping(0..<2, 1..<3)) {
    try edited("abc") {
      $0.replace(1..<3, with: ""); $0.replace(0..<2, with: "")
    }
  }
  #expect(throws: SourceEdits.Failure.outside(2..<4)) { try edited("abc") { $0.replace(2..<4, with: "") } }
  #expect(throws: SourceEdits.Failure.outside(-1 ..< -1)) { try edited("abc") { $0.insert("x", at: -1) } }
}
