internal import SentryCapture
internal import SentryEngine
internal import SentryPacket

// Who is behind packets, where rules ask for that.

extension PacketWorker {
  /// Rules that ask for the processes behind packets get them where the packets are this host's; other rules pay nothing.
  mutating func followOwners(_ rules: LoadedRules) {
    guard rules.asksForOwners, intake.tellsOwners else {
      letWaitingGo()
      if let descriptor = owners?.descriptor { poll.remove(descriptor) }
      owners = nil
      return
    }
    if let owners { return owners.follow(rules.program) }
    owners = OwnerDesk(rules.program, applications: applications)
    startOwnerLookup()
  }

  private mutating func startOwnerLookup() {
    guard let owners, owners.startIfDue(now: UptimeClock.now()), let descriptor = owners.descriptor else { return }
    poll.add(descriptor, tag: Self.ownerTag)
  }

  /// Fills in who is behind a packet; false if the packet must wait for that.
  @inline(__always)
  mutating func complete(
    _ origin: inout PacketOrigin, _ bytes: RawSpan, _ linkType: LinkType, _ wireLength: Int, _ way: OwnerlessPacket.Way
  ) -> Bool {
    guard let owners, engine.isOn else { return true }
    return complete(&origin, bytes, linkType, wireLength, way, owners)
  }

  @inline(never)
  mutating func complete(
    _ origin: inout PacketOrigin, _ bytes: RawSpan, _ linkType: LinkType, _ wireLength: Int, _ way: OwnerlessPacket.Way,
    _ owners: OwnerDesk
  ) -> Bool {
    let interface = origin.interface
    guard engine.interfaces.indices.contains(interface), engine.interfaces[interface].isFiltered else { return true }
    let name = sources.indices.contains(interface) ? sources[interface].name : ""
    return owners.complete(
      &origin, of: bytes, linkType, wireLength: wireLength, way,
      direction: { engine.direction(of: $0, onInterface: interface) },
      interface: { NetworkInterface.index(of: name) }, now: UptimeClock.now())
  }

  /// Judges the packets of which it is known by now whose they are, or that have waited long enough.
  mutating func judgeWaiting() {
    guard let owners else { return }
    let now = UptimeClock.now()
    let hasEnded = hasAnswers && !owners.receive(now: now)
    let isStuck = owners.isStuck(now: now)
    if hasEnded || isStuck {
      if let descriptor = owners.descriptor { poll.remove(descriptor) }
      owners.lose(now: now)
      let what = isStuck ? "does not answer" : "has ended"
      remark(["the process that looks up applications and users \(what); it will be started again"])
    }
    startOwnerLookup()
    owners.giveUpOverdue(now: now)
    judgeReleased(by: owners)
  }

  /// No packet waits any longer.
  mutating func letWaitingGo() {
    guard let owners else { return }
    owners.giveUpAll(now: UptimeClock.now())
    judgeReleased(by: owners)
  }

  private mutating func judgeReleased(by owners: OwnerDesk) {
    let now = WallClock.now()
    var isAny = false
    owners.release(now: UptimeClock.now()) { bytes, packet in
      isAny = true
      judge(packet, bytes, now: now)
    }
    if isAny { queue?.flush() }
  }

  private mutating func judge(_ packet: OwnerlessPacket, _ bytes: RawSpan, now: Timestamp) {
    switch packet.way {
    case .queued(let queued):
      guard let queue else { return }
      queue.resume()
      judge(queued, bytes, packet.origin, through: queue, now: now)
    case .captured(let linkType, let header):
      let before = engine.totals
      _ = engine.judge(
        bytes, linkType: linkType, wireLength: header.wireLength, time: header.time, from: packet.origin)
      guard sources.indices.contains(packet.origin.interface) else { return }
      sources[packet.origin.interface].counts.add(from: before, to: engine.totals, isJudging: engine.isOn)
    }
  }
}
