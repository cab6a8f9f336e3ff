internal import SentryControl
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules

extension ReachableReply {
  /// Tries all sockets. Takes some milliseconds for each hundred rules and sockets: not for a thread that others wait for.
  init(_ sockets: [ListeningSocket], _ surroundings: ReachSurroundings, enforced: Bool, enabled: Bool) {
    let programs = SocketPrograms.executables(ofSockets: Set(sockets.map(\.inode)))
    let services = ServiceGroup(in: OutlinedRule.all(of: surroundings.ruleSet))?.services ?? []
    var trial = ReachTrial(surroundings)
    var reports: [ReachableSocketReport] = []
    for socket in sockets {
      let report = ReachableSocketReport(
        socket, at: surroundings.targets, program: programs[socket.inode], among: services, &trial)
      // Several sockets may share a port.
      if !reports.contains(where: { $0.isLike(report) }) { reports.append(report) }
    }
    self.init(sentence: "", enforced: enforced, enabled: enabled, pings: [:], sockets: reports)
    for target in surroundings.targets where !target.address.isLinkLocal {
      let isOpen = trial.outcome(at: target, process: nil) { ReachProbe.ping(from: $0, to: target.address) }.isOpen
      let family = target.address.isIPv4 ? "IPv4" : "IPv6"
      pings[family] = isOpen || pings[family] == true
    }
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
    let ways = targets.filter { socket.takes(from: $0) }.map { target in
      let outcome = trial.outcome(at: target, process: process) { source in
        ReachProbe.packet(socket.protocolNumber, from: source, to: target.address, port: socket.port)
      }
      return ReachableWayReport(
        interface: target.interface, address: target.address.description, unjudged: target.place == nil,
        open: outcome.isOpen, blockedBy: outcome.rule, exceptions: outcome.exceptions.map(\.description))
    }
    let transport = socket.protocolNumber == IPProtocol.tcp ? "tcp" : "udp"
    let ports = ServicePorts(
      socket.protocolNumber == IPProtocol.tcp ? .tcp : .udp, socket.port...socket.port)
    let service = services.first { service in
      ServicePorts(service.title) == nil && service.ports.contains { $0.covers(ports) }
    }?.title
    let words = ReachWords(ways)
    self.init(
      transport: transport, port: socket.port, address: socket.address.description,
      service: service ?? ServiceNames.name(port: socket.port, protocol: transport), user: socket.user,
      program: program, inode: socket.inode, reach: words.reach, text: words.text, ways: ways)
  }
}

extension ListeningSocket {
  /// Packets to that address come to it.
  fileprivate func takes(from target: ReachTarget) -> Bool {
    guard isAnyAddress else { return address == target.address }
    return target.address.isIPv4 ? address.isIPv4 || !isIPv6Only : !address.isIPv4
  }
}
