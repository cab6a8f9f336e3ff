internal import SentryEngine
internal import SentryPacket
internal import SentryRules
internal import SentryService

extension ExplainedPacket {
  /// Explains the last of the described packets after judging the others. `me` is the first local address.
  ///
  /// - Throws: a usage error with the place in the line.
  static func describing(
    _ lines: [String], _ place: ReplayPlace, _ ruleSet: RuleSet
  ) throws(CommandFailure) -> ExplainedPacket {
    var settings = ruleSet.settings
    settings.localNetworks = try place.localRanges() + settings.localNetworks
    let host = HostAddresses(settings)
    let local = host.ranges(with: settings.localNetworks)
    var packets: [DescribedPacket] = []
    var interfaces: [EngineInterface] = []
    for line in lines {
      do {
        let packet = try PacketNotation.parse(line)
        let interface = packet.interface(place, ruleSet)
        try packet.checkDirection(on: host, local: local, isLoopback: interface.isLoopback)
        packets.append(packet)
        interfaces.append(interface)
      } catch {
        throw CommandFailure(.usage, error.text(about: line))
      }
    }
    let labels = RuleLabels()
    let rules = LoadedRules(ruleSet, labels: labels)
    var engine = Engine(
      rules: rules, interfaces: interfaces, local: AddressSpans(local), eventCapacity: 0)
    var time = packets.first?.time ?? DocumentTest.usualStart
    var explanation: Explanation?
    for (index, packet) in packets.enumerated() {
      time = packet.time ?? time
      let (frame, now) = (packet.frame(on: host), time)
      frame.withRawSpan { bytes in
        if index == packets.count - 1 {
          explanation = engine.explain(
            bytes, linkType: packet.linkType, wireLength: frame.count, time: now, interface: index,
            process: packet.process)
        } else {
          let origin = PacketOrigin(interface: index, owner: rules.program.owner(packet.process))
          _ = engine.judge(bytes, linkType: packet.linkType, wireLength: frame.count, time: now, from: origin)
        }
      }
    }
    guard let explanation else { throw CommandFailure(.usage, "no packet is described") }
    return ExplainedPacket(explanation: explanation, ruleSet: ruleSet, labels: labels, frame: nil)
  }
}

extension DescribedPacket {
  /// Where the packet arrives: what its line says counts more than options and document.
  fileprivate func interface(_ place: ReplayPlace, _ ruleSet: RuleSet) -> EngineInterface {
    var interface =
      interfaceName.map { place.interface(named: ruleSet.settings.systemName(of: $0), in: ruleSet) }
      ?? place.interface(ruleSet)
    if let isExternal { interface.isExternal = isExternal }
    return interface
  }
}
