import Testing

@testable import SentryRules

@Test(
  arguments: [
    ("", [""]), ("a", ["a"]), (" a ", ["a"]), ("a,b", ["a", "b"]), (" a , b ", ["a", "b"]), (",", ["", ""]),
    ("a,,b,", ["a", "", "b", ""]), ("ä,é", ["ä", "é"]),
  ])
func aListIsCutAtItsCommas(list: String, elements: [Substring]) {
  #expect(Array(list[...].listElements) == elements)
}
