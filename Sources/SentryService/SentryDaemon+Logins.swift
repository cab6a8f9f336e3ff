internal import SentryCapture
internal import SentryControl
internal import SentryEngine
internal import SentryPacket
internal import SentryProcesses
internal import SentryRules
internal import SentryState

// Whether other rules would end the SSH connection of who asks for them.

extension SentryDaemon {
  /// What other rules would do to the SSH connection of who asks for them.
  enum LoginOutlook {
    /// It stays, or there is none.
    case safe
    case ends(LockoutReport)
    /// There is one, but not for our eyes.
    case hidden(isEnforced: Bool)

    var isBarred: Bool {
      switch self {
      case .safe: false
      case .ends(let lockout): lockout.enforced
      case .hidden(let isEnforced): isEnforced
      }
    }
  }

  /// The SSH connection that somebody asks through.
  func origin(of caller: Caller) async -> SSHOrigin.Search {
    guard let process = caller.process else { return .none }
    return await Task.detached { [surroundings] in
      let search = surroundings.origin(process)
      // Who is not ours to look into may tell himself; who lies locks out nobody but himself.
      guard case .hidden = search, let claim = caller.sshConnection else { return search }
      return surroundings.claimed(claim)
    }.value
  }

  /// - Parameter origin: the SSH connection that other rules are asked for through.
  func login(by origin: SSHOrigin.Search, under ruleSet: RuleSet?) async -> LoginOutlook {
    guard let ruleSet else { return .safe }
    switch origin {
    case .none: return .safe
    case .hidden: return .hidden(isEnforced: intake.endsConnections)
    case .found(let origin):
      guard var rehearsal = await rehearsal(of: origin, ruleSet.settings) else { return .safe }
      let denied = await tellPrograms(of: origin, under: ruleSet, &rehearsal)
      let isEnforced = intake.endsConnections
      return await Task.detached { [rehearsal] in
        guard var lockout = rehearsal.lockout(by: ruleSet, isEnforced: isEnforced) else { return .safe }
        if !denied.isEmpty { lockout.programs = denied }
        return .ends(lockout)
      }.value
    }
  }

  /// Fills in whose the connection is, and whose new ones are: of several programs that listen one that may not.
  ///
  /// - Returns: the paths of those that may not.
  private func tellPrograms(
    of origin: SSHOrigin, under ruleSet: RuleSet, _ rehearsal: inout LoginRehearsal
  ) async -> [String] {
    let program = ruleSet.program()
    guard program.asksForPermissions || !program.applications.isEmpty else { return [] }
    let listeners = await Task.detached { [surroundings] in surroundings.listeners(origin) }.value
    guard program.asksForPermissions else {
      rehearsal.listener = listeners.first.map { LocalProcess(executable: $0.executable, user: $0.user) }
      return []
    }
    let policy = ruleSet.settings.applications
    rehearsal.permission = await applications.rehearsed(origin.executable, user: origin.user, .inbound, policy)
    var denied = rehearsal.permission == .allowed ? [] : [origin.executable].compactMap(\.self)
    for listener in listeners {
      let permission = await applications.rehearsed(listener.executable, user: listener.user, .inbound, policy)
      if permission != .allowed, let path = listener.executable, !denied.contains(path) { denied.append(path) }
      if rehearsal.listener?.permission ?? .allowed == .allowed {
        rehearsal.listener = LocalProcess(
          executable: listener.executable, user: listener.user, permission: permission)
      }
    }
    return denied
  }

  private func rehearsal(of origin: SSHOrigin, _ settings: Settings) async -> LoginRehearsal? {
    let known = (try? NetworkInterface.all()) ?? []
    let peer = origin.flow.remote
    let entries = try? await ask { worker in
      AddressTableKind.allCases.map { kind in
        let around = worker.engine.tables.entries(in: kind, around: peer, now: worker.engine.now)
        return (kind, around.nets + [around.range].compactMap(\.self))
      }
    }
    return LoginRehearsal(
      origin: origin, places: LoginRehearsal.places(of: origin.flow, among: interfaceNames, known: known),
      interfaceNames: interfaceNames, loopbacks: Set(known.filter(\.isLoopback).map(\.name)),
      local: LocalAddresses.networks(of: known, settings: settings), protected: protection.spans,
      entries: Dictionary(uniqueKeysWithValues: entries ?? []), now: WallClock.now())
  }
}

extension ApplyReply {
  mutating func note(_ login: SentryDaemon.LoginOutlook) {
    switch login {
    case .safe: break
    case .ends(let report): lockout = report
    case .hidden: hiddenLogin = true
    }
  }
}
