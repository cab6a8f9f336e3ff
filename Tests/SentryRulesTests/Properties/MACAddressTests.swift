import SentryRules
import Testing

private let address: UInt64 = 0x001B_6384_45E6

@Test(arguments: [
  ConditionCase("Source MAC Address", .equal, "00:1b:63:84:45:e6", "that address", .number(.sourceMAC, address), true),
  ConditionCase(
    "Source MAC Address", .equal, "0:1B:63-84:45-E6 (Ann)", "it in other spelling", .number(.sourceMAC, address), true),
  ConditionCase(
    "Source MAC Address", .equal, "00:1b:63:84:45:e7", "its neighbour", .number(.sourceMAC, address), false),
  ConditionCase(
    "Dest MAC Address", .equal, "00:1b:63:84:45:e6", "that address", .number(.destinationMAC, address), true),
  ConditionCase("Dest MAC Address", .equal, "00:1b:63:84:45:e6", "the source", .number(.sourceMAC, address), false),
  ConditionCase("Source MAC Address", .notEqual, "00:1b:63:84:45:e6", "a frame without addresses", .udp(), true),
])
func macAddress(_ row: ConditionCase) throws { try row.expect() }

@Test(arguments: [
  RefusedValue("Source MAC Address", "00:1b:63:84:45", "six hexadecimal pairs"),
  RefusedValue("Source MAC Address", "00:1b:63:84:45:e6:00", "six hexadecimal pairs"),
  RefusedValue("Dest MAC Address", "00:1b:63:84:45:xx", "six hexadecimal pairs"),
  RefusedValue("Dest MAC Address", "", "'Dest MAC Address' needs a value"),
])
func refusedMACAddress(_ row: RefusedValue) { row.expect() }
