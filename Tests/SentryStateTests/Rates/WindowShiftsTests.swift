import Testing

@testable import SentryState

// RFC 7323 §2.2: windows are shifted if both SYNs offer it, each end's by what it says itself.
@Suite struct WindowShiftsTests {
  private func shifts(_ said: (first: Bool, shift: UInt8?)...) -> [UInt8?] {
    var shifts = WindowShifts()
    for (first, shift) in said { shifts.note(shift, ofFirstEnd: first) }
    return [shifts.shift(ofFirstEnd: true), shifts.shift(ofFirstEnd: false)]
  }

  @Test func bothSYNsTell() {
    #expect(shifts((true, 7), (false, 10)) == [7, 10])
    #expect(shifts((false, 0), (true, 14)) == [14, 0])
  }

  @Test func oneSYNAloneTellsNothing() {
    #expect(shifts() == [nil, nil])
    #expect(shifts((true, 7)) == [nil, nil])
    #expect(shifts((false, 7)) == [nil, nil])
  }

  @Test func nobodyShiftsIfOneDoesNotOfferTo() {
    #expect(shifts((true, 7), (false, nil)) == [0, 0])
    #expect(shifts((true, nil)) == [0, 0])
  }

  @Test func aRepeatedSYNSaysTheSame() {
    #expect(shifts((true, 7), (true, 7), (false, 2), (false, 2)) == [7, 2])
  }
}
