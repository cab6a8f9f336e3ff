internal import SentryPacket

/// Finds the process behind a flow: its socket in the kernel, then who has that open.
struct OwnerFinder: ~Copyable {
  private var sockets: SocketDiagnosis?
  private let processes: ProcessFolder
  /// Who was found to have sockets open: looked at first the next time.
  private var holders: [UInt32: ProcessFolder.Holder] = [:]

  /// Who was found last, with the file it was, the latest first: most sockets are of processes that have had others.
  private var recent: [ProcessFolder.Holder] = []

  private static let holdersRemembered = 4_096
  /// Processes that are looked at before all: those found last, and those that began last.
  private static let recentRemembered = 8
  /// Of so many the next file is tried before all: a process gives the lowest number that is free.
  private static let nextFilesTried = 3
  private static let latestTried: UInt32 = 12

  init(processes: ProcessFolder = ProcessFolder()) {
    sockets = SocketDiagnosis()
    self.processes = processes
  }

  /// - Parameter path: becomes the path of the executable, where that is known; otherwise it is empty.
  mutating func answer(_ question: OwnerQuestion, path: inout [UInt8]) -> OwnerAnswer {
    path.removeAll(keepingCapacity: true)
    var answer = OwnerAnswer(number: question.number, outcome: .notLocal)
    // Wildcard sockets would seem to be those of forwarded packets, too.
    guard question.flow.local.isOfThisHost(interface: question.interface) else { return answer }
    let socket = socket(of: question)
    switch socket {
    case nil: answer.outcome = .notSupported
    case .failed(let code)?: answer.outcome = code == Self.noSuchSocket ? .noSocket : .notSupported
    case .socket(let user, let inode)?:
      answer.user = user
      find(inode, path: &path, &answer)
      // With a process that has ended meanwhile its socket was closed.
      let isLost = answer.outcome == .noProcess || answer.outcome == .hidden
      if isLost, self.socket(of: question) != socket { answer.outcome = .closed }
    }
    if question.wantsListener { answer.listens = isListenedTo(question) }
    return answer
  }

  /// ENOENT
  private static let noSuchSocket: Int32 = 2

  /// A connection that nobody has accepted yet has no process: it counts for who listens.
  private mutating func socket(of question: OwnerQuestion) -> SocketMessage? {
    let own = sockets?.find(question.flow, interface: question.interface)
    if case .socket(_, let inode)? = own, inode != 0 { return own }
    guard question.flow.protocolNumber == IPProtocol.tcp,
      let listener = sockets?.findListener(for: question.flow, interface: question.interface),
      case .socket(_, let inode) = listener, inode != 0
    else { return own }
    return listener
  }

  private mutating func isListenedTo(_ question: OwnerQuestion) -> Bool {
    guard question.flow.protocolNumber == IPProtocol.tcp,
      case .socket(_, let inode)? = sockets?.findListener(for: question.flow, interface: question.interface)
    else { return false }
    return inode != 0
  }

  private mutating func find(_ inode: UInt32, path: inout [UInt8], _ answer: inout OwnerAnswer) {
    guard inode != 0 else { return answer.outcome = .closed }
    if let holder = holders[inode], processes.isHeld(inode, by: holder) {
      return take(executableOf: holder, path: &path, &answer)
    }
    switch likelyHolder(of: inode).map({ .found($0) }) ?? processes.holder(ofSocket: inode) {
    case .found(let holder):
      if holders.count >= Self.holdersRemembered { holders.removeAll(keepingCapacity: true) }
      holders[inode] = holder
      remember(holder)
      take(executableOf: holder, path: &path, &answer)
    case .nobody: answer.outcome = .noProcess
    case .hidden: answer.outcome = .hidden
    }
  }

  /// To look at all processes takes milliseconds where there are many, and others wait.
  private func likelyHolder(of inode: UInt32) -> ProcessFolder.Holder? {
    for holder in recent.prefix(Self.nextFilesTried) {
      for file in [holder.file, holder.file &+ 1] {
        let next = ProcessFolder.Holder(process: holder.process, file: file)
        if processes.isHeld(inode, by: next) { return next }
      }
    }
    // Who has just begun has few files; a program that runs for long may have many.
    let latest = processes.latest ?? 0
    let begun = (latest - min(latest, Self.latestTried)...latest).reversed()
    for process in begun where !recent.contains(where: { $0.process == process }) {
      if let holder = processes.holder(ofSocket: inode, in: process) { return holder }
    }
    for holder in recent {
      if let holder = processes.holder(ofSocket: inode, in: holder.process) { return holder }
    }
    return nil
  }

  private mutating func remember(_ holder: ProcessFolder.Holder) {
    recent.removeAll { $0.process == holder.process }
    recent.insert(holder, at: 0)
    if recent.count > Self.recentRemembered { recent.removeLast() }
  }

  private func take(executableOf holder: ProcessFolder.Holder, path: inout [UInt8], _ answer: inout OwnerAnswer) {
    answer.outcome = .process
    answer.process = holder.process
    let (executable, identity) = processes.identifiedExecutable(of: holder.process)
    switch executable {
    case .known(let known):
      path = known
      answer.identity = identity
    case .foreign: break
    case .hidden: answer.outcome = .hidden
    }
  }
}
