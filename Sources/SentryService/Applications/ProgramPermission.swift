internal import SentryPacket
internal import SentryProcesses

/// What a program may do at present, as the packet thread looks it up: a few comparisons, no memory.
struct ProgramPermission: Sendable, Equatable {
  /// For connections that others open, and for those that the program opens; `nil` where somebody is to be asked.
  struct Ways: Sendable, Equatable {
    var inbound: ApplicationPermission?
    var outbound: ApplicationPermission?

    subscript(direction: Direction) -> ApplicationPermission? {
      get { direction == .inbound ? inbound : outbound }
      set { if direction == .inbound { inbound = newValue } else { outbound = newValue } }
    }
  }

  /// Of one user's processes; `nil` there means what holds for everybody.
  struct Own: Sendable, Equatable {
    var user: UInt32
    var ways: Ways
  }

  var everybody = Ways()
  var users: [Own] = []

  /// `nil` where somebody is to be asked.
  func permission(of user: UInt32?, _ direction: Direction) -> ApplicationPermission? {
    for own in users where own.user == user {
      if let permission = own.ways[direction] { return permission }
    }
    return everybody[direction]
  }
}

/// What the packet thread has to tell of programs.
enum ApplicationNotice: Sendable {
  /// A program whose permission it does not know: its number, and what it is.
  case met(MetProgram)
  /// A connection of a program waits to be decided: nobody has told what the program may do, or somebody is to be asked.
  case waits(WaitingConnection)
  /// A connection could not wait, or has waited too long.
  case passedOver
  /// No packet waits any longer.
  case abandoned
}

/// A program as it was met behind a packet.
struct MetProgram: Sendable {
  /// In `ApplicationBook`.
  var number: UInt32
  var path: [UInt8]
  var identity: ExecutableIdentity
  var process: UInt32
  /// Another file has come to its path, as far as that was looked for.
  var isReplaced = false
}

struct WaitingConnection: Sendable {
  var program: UInt32
  var process: UInt32
  var user: UInt32?
  /// The way it was opened.
  var direction: Direction
  var flow: LocalFlow
}
