internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

/// Guesses which addresses are "this host" in a capture: per family the unicast address that occurs in most packets.
///
/// Ties go to a private address, then to the lower one. A packet between an address and itself counts once.
struct LocalGuess {
  private var packets: [IPAddress: Int] = [:]
  private var fields = PacketFields()

  /// Counts every packet of `file`, from where it stands to its end.
  mutating func count(_ file: inout CaptureFile, progress: inout ProgressBar) throws(CaptureError) {
    let linkType = file.linkType
    let total = file.byteCount
    while try file.read(
      atMost: ProgressBar.framesPerUpdate,
      { frame, header in
        let kind = fields.decode(frame, linkType: linkType, wireLength: header.wireLength)
        if kind != .notIP, fields.has(.addresses) {
          packets[fields.source, default: 0] += 1
          if fields.destination != fields.source { packets[fields.destination, default: 0] += 1 }
        }
      }) > 0
    {
      progress.update(bytesIntoFile: file.bytesRead)
    }
    progress.advance(by: total)
  }

  /// At most one IPv4 and one IPv6 address.
  var addresses: [IPAddress] {
    [best(isIPv4: true), best(isIPv4: false)].compactMap { $0 }
  }

  private func best(isIPv4: Bool) -> IPAddress? {
    packets
      .filter { $0.key.isIPv4 == isIPv4 && $0.key.isUnicast }
      .min { a, b in
        if a.value != b.value { return a.value > b.value }
        if a.key.isPrivate != b.key.isPrivate { return a.key.isPrivate }
        return a.key < b.key
      }?
      .key
  }
}

extension LocalGuess {
  /// In 80 columns.
  static func notice(of addresses: [IPAddress]) -> String {
    let names = addresses.map(\.description).joined(separator: ", ")
    return "local: \(names) (in most packets; --local says otherwise)".wrapped(to: 80).joined(separator: "\n")
  }

  /// Guesses from all packets of the captures, says so on standard error, and rewinds them.
  static func networks(
    in inputs: inout CaptureInputs, progress: inout ProgressBar
  ) throws -> AddressSpans {
    var guess = LocalGuess()
    try inputs.forEach { _, file throws in
      // A damaged file is reported when it is judged.
      try? guess.count(&file, progress: &progress)
      try file.rewind()
    }
    let addresses = guess.addresses
    if !addresses.isEmpty { Console.writeError(notice(of: addresses)) }
    return AddressSpans(addresses.map { AddressRange(prefix: $0, length: 128) })
  }
}
