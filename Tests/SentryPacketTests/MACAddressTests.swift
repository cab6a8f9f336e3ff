import SentryPacket
import Testing

struct MACAddressTests {
  @Test(
    arguments: [
      ("00:1b:21:3c:4d:5e", 0x001B_213C_4D5E, "00:1b:21:3c:4d:5e"),
      ("0:1B:21:3C:4D:5E", 0x001B_213C_4D5E, "00:1b:21:3c:4d:5e"),
      ("0-1-2-3-4-5", 0x0001_0203_0405, "00:01:02:03:04:05"),
      ("ff:ff:ff:ff:ff:ff", 0xFFFF_FFFF_FFFF, "ff:ff:ff:ff:ff:ff"),
    ] as [(String, UInt64, String)])
  func readsAndWrites(text: String, value: UInt64, canonical: String) {
    #expect(MACAddress.value(of: text) == value)
    #expect(MACAddress.text(of: value) == canonical)
  }

  @Test(arguments: [
    "", "00:1b:21:3c:4d", "00:1b:21:3c:4d:5e:6f", "00:1b:21:3c:4d:", "00:1b:21:3c:4d:5g", "001:b:21:3c:4d:5",
    "001b213c4d5e",
  ])
  func refuses(text: String) {
    #expect(MACAddress.value(of: text) == nil)
  }
}
