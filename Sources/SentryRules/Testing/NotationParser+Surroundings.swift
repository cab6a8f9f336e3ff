internal import SentryPacket

extension NotationParser {
  /// Words about the way a packet came; `token` is the word.
  mutating func readSurroundings(_ word: NotationWord, _ token: NotationToken) throws(NotationError) {
    switch word {
    case .in, .out:
      surroundings.direction = word == .in ? .inbound : .outbound
      surroundings.directionRange = token.range
    case .external: surroundings.isExternal = true
    case .internal: surroundings.isExternal = false
    case .on: surroundings.interfaceName = try readInterface()
    case .at: surroundings.time = try readTime()
    case .mac: try readHardwareAddresses()
    case .vlan: surroundings.link.vlans.append(UInt16(truncatingIfNeeded: try takeNumber(0...4095)))
    default: break
    }
    guard surroundings.link.vlans.count <= Self.mostTags else {
      throw .tooLong("the tags", limit: 4 * Self.mostTags, at: token.range)
    }
  }

  /// As many as the decoder follows.
  private static var mostTags: Int { 8 }

  private mutating func readInterface() throws(NotationError) -> String {
    let (name, token) = try takeText("the name of an interface, such as eth0")
    guard !name.isEmpty else { throw .unexpected(token, expected: "the name of an interface, such as eth0") }
    return name
  }

  private mutating func readTime() throws(NotationError) -> Timestamp {
    guard current.kind == .word || current.isQuotedText else { throw .notATime(current) }
    let (text, token) = try takeText("a time")
    guard let time = NotationTime(text)?.timestamp(in: timeZone) else { throw .notATime(token) }
    return time
  }

  /// The process on this host behind a packet; `token` is the word.
  mutating func readProcess(
    _ word: NotationWord, _ token: NotationToken, _ packet: PacketOutline
  ) throws(NotationError) {
    guard packet.transport.hasPorts else { throw .otherProtocolsWord(token, "TCP and UDP", packet.transport) }
    var process = surroundings.process ?? LocalProcess(executable: nil, user: nil)
    switch word {
    case .user: process.user = try readUser()
    case .permission: process.permission = try readPermission()
    default: process.executable = try readExecutable()
    }
    surroundings.process = process
  }

  private mutating func readPermission() throws(NotationError) -> ApplicationPermission {
    let (text, token) = try takeText("a permission: \(ApplicationPermissionProperty.valueSyntax)")
    do { return try ApplicationPermissionProperty.parse(text[...]) } catch { throw .badValue(error, at: token.range) }
  }

  private mutating func readExecutable() throws(NotationError) -> String {
    let (text, token) = try takeText("the path of an executable, such as /usr/bin/curl")
    do { return try ApplicationProperty.parse(text[...]) } catch { throw .badValue(error, at: token.range) }
  }

  private mutating func readUser() throws(NotationError) -> UInt32 {
    let (text, token) = try takeText("a user's name or number, such as root")
    do throws(ValueError) {
      let numbers = try UserProperty.parse(text[...])
      guard numbers.count == 1 else { throw ValueError.notANumber(text[...], UserProperty.limits) }
      return UInt32(truncatingIfNeeded: numbers.lowerBound)
    } catch {
      throw .badValue(error, at: token.range)
    }
  }

  private mutating func readHardwareAddresses() throws(NotationError) {
    surroundings.link.source = try readHardwareAddress()
    guard current.kind == .arrow else { throw .unexpected(current, expected: "'>' and the receiver's MAC address") }
    _ = take()
    surroundings.link.destination = try readHardwareAddress()
  }

  private mutating func readHardwareAddress() throws(NotationError) -> UInt64 {
    let token = try takeWord("a MAC address such as 02:00:00:00:00:01")
    guard let address = MACAddress.value(of: token.text) else {
      throw .badValue(.notAMACAddress(token.text[...]), at: token.range)
    }
    return address
  }
}
