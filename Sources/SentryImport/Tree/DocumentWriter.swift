internal import SentryDiagnostics
internal import SentryPacket
internal import SentryRules

/// Rules as a document in our text form.
enum DocumentWriter {
  static func document(_ nodes: [RuleNode], _ options: ImportOptions) -> RuleDocument {
    var bytes: [UInt8] = []
    bytes.append(contentsOf: "{ rules = (".utf8)
    write(nodes, to: &bytes)
    bytes.append(contentsOf: ");".utf8)
    var settings: [UInt8] = []
    write(options.interfaceNames, to: &settings)
    // Those of the machine that imports, it knows by itself.
    if !options.ownAddressesAreAssumed { writeLocal(options.ownAddresses.map(\.description), to: &settings) }
    if !settings.isEmpty { bytes += Array("settings = {".utf8) + settings + Array("};".utf8) }
    bytes.append(UInt8(ascii: "}"))
    return RuleDocument(reading: bytes)
  }

  private static func write(_ interfaceNames: [String: String], to bytes: inout [UInt8]) {
    guard !interfaceNames.isEmpty else { return }
    bytes.append(contentsOf: "interfaceNames = {".utf8)
    for (name, here) in interfaceNames.sorted(by: { $0.key < $1.key }) {
      write(name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      write(here, to: &bytes)
      bytes.append(UInt8(ascii: ";"))
    }
    bytes.append(contentsOf: "};".utf8)
  }

  private static func writeLocal(_ addresses: [String], to bytes: inout [UInt8]) {
    guard !addresses.isEmpty else { return }
    bytes.append(contentsOf: "local = (".utf8)
    for (index, address) in addresses.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(address, to: &bytes)
    }
    bytes.append(contentsOf: ");".utf8)
  }

  private static func write(_ nodes: [RuleNode], to bytes: inout [UInt8]) {
    for (index, node) in nodes.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: "{".utf8)
      if !node.name.isEmpty { write("nodeName", node.name, to: &bytes) }
      write("enabled", node.isEnabled ? "1" : "0", to: &bytes)
      write("propertyName", node.test?.property.rawValue ?? "Any", to: &bytes)
      if let test = node.test {
        if test.isNegated { write("relationName", "!=", to: &bytes) }
        write("propertyValue", test.value, to: &bytes)
      }
      write("filterActionName", node.action.rawValue, to: &bytes)
      if !node.parameter.isEmpty { write("parameter", node.parameter, to: &bytes) }
      if !node.children.isEmpty {
        bytes.append(contentsOf: "children=(".utf8)
        write(node.children, to: &bytes)
        bytes.append(contentsOf: ");".utf8)
      }
      bytes.append(contentsOf: "}".utf8)
    }
  }

  private static func write(_ key: String, _ value: String, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: key.utf8)
    bytes.append(UInt8(ascii: "="))
    write(value, to: &bytes)
    bytes.append(UInt8(ascii: ";"))
  }

  /// In quotes. Texts come from words of a script: control characters become blanks.
  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
