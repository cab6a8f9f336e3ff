internal import SentryControl
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

extension ReachableReply {
  /// Tries all sockets. Takes time with the number of rules, sockets and nets: not for a thread that others wait for.
  ///
  /// - Parameter patience: how long nets are tried.
  init(
    _ sockets: [ListeningSocket], _ surroundings: ReachSurroundings, enforced: Bool, enabled: Bool,
    patience: Duration
  ) {
    let programs = SocketPrograms.executables(ofSockets: Set(sockets.map(\.inode)))
    let services = ServiceGroup(in: OutlinedRule.all(of: surroundings.ruleSet))?.services ?? []
    var trial = ReachTrial(surroundings, patience: patience)
    var reports: [ReachableSocketReport] = []
    for socket in sockets {
      let report = ReachableSocketReport(
        socket, at: surroundings.targets, program: programs[socket.inode], among: services, &trial)
      // Several sockets may share a port.
      if !reports.contains(where: { $0.isLike(report) }) { reports.append(report) }
    }
    self.init(sentence: "", enforced: enforced, enabled: enabled, pings: [:], sockets: reports)
    for target in surroundings.targets where !target.address.isIPv6LinkLocal {
      let outcome = trial.outcome(at: target, process: nil) { source, _ in
        ReachProbe.ping(from: source, to: target.address)
      }
      guard let isOpen = outcome?.isOpen else { continue }
      let family = target.address.isIPv4 ? "IPv4" : "IPv6"
      pings[family] = isOpen || pings[family] == true
    }
    incomplete = trial.isIncomplete ? true : nil
    sentence = ReachSentence(self).text
  }
}

extension ReachableSocketReport {
  fileprivate func isLike(_ other: ReachableSocketReport) -> Bool {
    (transport, port, address, text) == (other.transport, other.port, other.address, other.text)
      && program == other.program
  }

  fileprivate init(
    _ socket: ListeningSocket, at targets: [ReachTarget], program: String?, among services: [Service],
    _ trial: inout ReachTrial
  ) {
    let process = LocalProcess(executable: program, user: socket.user)
    let ways = socket.ways(among: targets).compactMap { target -> ReachableWayReport? in
      let outcome = trial.outcome(at: target, process: process) { source, port in
        ReachProbe.packet(socket.protocolNumber, from: source, port, to: target.address, port: socket.port)
      }
      guard let outcome else { return nil }
      return ReachableWayReport(
        interface: target.interface, address: target.address.description, unjudged: target.place == nil,
        open: outcome.isOpen, blockedBy: outcome.rule,
        exceptions: outcome.exceptions.map(\.description) + outcome.ports.map { "port \($0)" })
    }
    let transport = socket.protocolNumber == IPProtocol.tcp ? "tcp" : "udp"
    let ports = ServicePorts(
      socket.protocolNumber == IPProtocol.tcp ? .tcp : .udp, socket.port...socket.port)
    let service = services.first { service in
      ServicePorts(service.title) == nil && service.ports.contains { $0.covers(ports) }
    }?.title
    let words = ReachWords(ways, isLocal: socket.address.isLoopback)
    self.init(
      transport: transport, port: socket.port, address: socket.address.description,
      service: service ?? ServiceNames.name(port: socket.port, protocol: transport), user: socket.user,
      program: program, inode: socket.inode, reach: words.reach, text: words.text, ways: ways)
  }
}

extension ListeningSocket {
  /// Where packets come to it. One that is bound to the address of a group takes what goes there, through every interface.
  fileprivate func ways(among targets: [ReachTarget]) -> [ReachTarget] {
    let near = targets.filter { interface == 0 || $0.index == 0 || $0.index == interface }
    guard !address.isUnicast, !isAnyAddress else { return near.filter(takes) }
    var interfaces: Set<String> = []
    return near.compactMap { target in
      guard target.address.isIPv4 == address.isIPv4, interfaces.insert(target.interface).inserted else { return nil }
      var target = target
      target.address = address
      return target
    }
  }

  /// Packets to that address come to it.
  private func takes(from target: ReachTarget) -> Bool {
    guard isAnyAddress else { return address == target.address }
    return target.address.isIPv4 ? address.isIPv4 || !isIPv6Only : !address.isIPv4
  }
}
