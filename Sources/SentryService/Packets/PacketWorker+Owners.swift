internal import SentryCapture
internal import SentryEngine
internal import SentryPacket
internal import SentryRules

// Who is behind packets, where rules ask for that.

extension PacketWorker {
  /// Rules that ask for the processes behind packets get them where the packets are this host's; other rules pay nothing.
  mutating func followOwners(_ rules: LoadedRules) {
    guard rules.asksForOwners, intake.tellsOwners else {
      letWaitingGo()
      for descriptor in [owners?.descriptor, owners?.endsDescriptor] { if let descriptor { poll.remove(descriptor) } }
      owners = nil
      return
    }
    let policy = rules.ruleSet.settings.applications
    if let owners { return owners.follow(rules.program, policy: policy) }
    applications.forgetPermissions()
    let desk = OwnerDesk(rules.program, policy: policy, applications: applications, drops: paces)
    if let descriptor = desk.endsDescriptor { poll.add(descriptor, tag: Self.endsTag) }
    owners = desk
    startOwnerLookup()
  }

  private mutating func startOwnerLookup() {
    guard let owners, owners.startIfDue(now: UptimeClock.now()), let descriptor = owners.descriptor else { return }
    poll.add(descriptor, tag: Self.ownerTag)
  }

  /// Fills in who is behind a packet, as far as rules ask for that.
  @inline(__always)
  mutating func complete(
    _ origin: inout PacketOrigin, _ bytes: RawSpan, _ linkType: LinkType, _ wireLength: Int, _ way: OwnerlessPacket.Way
  ) -> OwnerDesk.Step {
    guard let owners, engine.isOn else { return .isJudged }
    return complete(&origin, bytes, linkType, wireLength, way, owners)
  }

  @inline(never)
  mutating func complete(
    _ origin: inout PacketOrigin, _ bytes: RawSpan, _ linkType: LinkType, _ wireLength: Int, _ way: OwnerlessPacket.Way,
    _ owners: OwnerDesk
  ) -> OwnerDesk.Step {
    let interface = origin.interface
    guard engine.interfaces.indices.contains(interface), engine.interfaces[interface].isFiltered else {
      return .isJudged
    }
    let name = sources.indices.contains(interface) ? sources[interface].name : ""
    return owners.complete(
      &origin, of: bytes, linkType, wireLength: wireLength, way, engine,
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
    if owners.takeLateDenials() { endFlows() }
    judgeReleased(by: owners)
    if let remark = owners.permissions.unfound.takeRemark(nanoseconds: now.nanoseconds) { self.remark([remark]) }
  }

  /// No packet waits any longer.
  ///
  /// - Parameter mayDrop: those that would be refused and are sent again go nowhere.
  mutating func letWaitingGo(mayDrop: Bool = false) {
    guard let owners else { return }
    owners.giveUpAll(now: UptimeClock.now(), mayDrop: mayDrop)
    judgeReleased(by: owners)
  }

  private mutating func judgeReleased(by owners: OwnerDesk) {
    let now = WallClock.now()
    var isAny = false
    let asks = paces
    owners.release(now: UptimeClock.now()) { bytes, packet, process in
      asks && passes(bytes, packet, as: process, now: now)
    } drop: { packet in
      isAny = true
      guard case .queued(let queued) = packet.way, let queue else { return }
      queue.resume()
      queue.discard(queued)
    } _: { bytes, packet in
      isAny = true
      judge(packet, bytes, now: now)
    }
    if isAny { queue?.flush() }
    let notices = owners.permissions.takeNotices()
    if !notices.isEmpty { applicationQueue.append(notices) }
  }

  /// Whether the rules would let a packet pass were it of this process.
  private mutating func passes(
    _ bytes: RawSpan, _ packet: OwnerlessPacket, as process: LocalProcess, now: Timestamp
  ) -> Bool {
    guard case .queued(let queued) = packet.way else { return false }
    let explanation = engine.explain(
      bytes, linkType: .raw, wireLength: queued.wireLength, time: now, from: packet.origin,
      process: process)
    return explanation.judgement.verdict.letsThrough
  }

  /// Something was decided about programs, by their numbers.
  ///
  /// - Parameter rechecks: it holds for connections, too, of which something else was decided before: at once, also where the
  ///   kernel has let their packets pass by itself.
  mutating func decide(_ news: [UInt32: ProgramPermission], rechecks: Bool) {
    for (number, permission) in news { applications.setPermission(permission, of: number) }
    guard let owners else { return }
    if owners.decide(news, rechecks: rechecks) { endFlows() }
    judgeReleased(by: owners)
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
