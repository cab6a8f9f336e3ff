import SentryState
import Testing

@Suite struct AddressDurationTextTests {
  @Test(
    arguments: [
      ("3600", 3_600), ("1", 1), ("90s", 90), ("10m", 600), ("1h", 3_600), ("2d", 172_800),
      ("4294967295", 4_294_967_295),
      ("unlimited", 0),
    ] as [(String, UInt32)])
  func argumentIsRead(text: String, seconds: UInt32) {
    #expect(AddressDuration(text: text) == AddressDuration(seconds: seconds))
  }

  @Test(arguments: [
    "", "0", "0s", "-1", "1.5h", "h", "1w", "4294967296", "99999d", "1h30m", "12345678901", "٣", "+1", " 1",
  ])
  func badArgumentIsNot(text: String) { #expect(AddressDuration(text: text) == nil) }

  /// The reference's table of indexes.
  @Test(
    arguments: zip(0...6, [nil, 60, 600, 3_600, 36_000, 86_400, 864_000] as [UInt32?]))
  func classicIndexIsReadAndWritten(index: Int, seconds: UInt32?) {
    let duration = AddressDuration(seconds: seconds)
    #expect(AddressDuration(listText: "\(index)") == duration)
    #expect(duration.listText == "\(index)")
  }

  @Test(arguments: ["7", "10", "3600", "00", "-1", "", "x", "0s"])
  func anotherBareNumberMeansNothingInAList(text: String) { #expect(AddressDuration(listText: text) == nil) }

  @Test(arguments: [1, 59, 61, 7_200, .max] as [UInt32])
  func otherDurationsAreWrittenInSeconds(seconds: UInt32) {
    let duration = AddressDuration(seconds: seconds)
    #expect(duration.listText == "\(seconds)s")
    #expect(AddressDuration(listText: duration.listText) == duration)
  }
}
