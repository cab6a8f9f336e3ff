// An action is one file under Actions/: its names and the operation that the engine carries out.

public import SentryPacket

/// What a rule does with a packet that it matches.
public protocol Action: SendableMetatype {
  /// As documents write it: `Drop connection`.
  static var name: String { get }
  /// Other spellings that are read, in any case.
  static var aliases: [String] { get }
  /// The classic program's name for it, where that is another one.
  static var classicName: String { get }
  static var codes: GenerationCodes { get }
  /// One line for lists.
  static var summary: String { get }
  /// What a person must know besides; empty if the summary says it all.
  static var details: String { get }
  /// What the action makes of its parameter; `nil` if it only goes into log entries, as every rule's does.
  static var parameterMeaning: String? { get }
  /// A parameter as a rule may have it; empty where any text will do.
  static var parameterExample: String { get }
  static var operation: Operation { get }
  /// Reads what the action takes from its parameter, which may be empty.
  static func argument(of parameter: String) throws(ValueError) -> ActionArgument
  /// What the author of a parameter that `argument` takes should know about it; `nil` if it does what anybody would
  /// expect.
  static func advice(on parameter: String) -> ValueAdvice?
}

/// What an action takes from its parameter, read when the document is.
public enum ActionArgument: Sendable, Equatable {
  /// The parameter is text for people, or empty.
  case none
  /// Bits per second, 1 or more.
  case rate(UInt64)
  /// Where `Route to` sends packets.
  case nextHop(IPAddress)
}

extension Action {
  public static var aliases: [String] { [] }
  public static var classicName: String { name }
  public static var details: String { "" }
  public static var parameterMeaning: String? { nil }
  public static var parameterExample: String { "" }
  public static func argument(of parameter: String) -> ActionArgument { .none }
  public static func advice(on parameter: String) -> ValueAdvice? { nil }
}

/// All actions, in the order lists show them.
public let allActions: [any Action.Type] = [
  NextLevelAction.self,
  SkipAction.self,
  GroupAction.self,
  ExitGroupAction.self,
  PassAction.self,
  DeleteAction.self,
  RejectAction.self,
  DropConnectionAction.self,
  KeepAddressAction.self,
  KeepInvalidAction.self,
  AuthorizeAction.self,
  TriggerAction.self,
  DelayAction.self,
  RateLimitInAction.self,
  RateLimitOutAction.self,
  RateLimitAction.self,
  RouteToAction.self,
  LogAction.self,
  DontLogAction.self,
  AlertAction.self,
  EmailAction.self,
  URLAction.self,
  ScriptAction.self,
  ResetParentAction.self,
  DeleteWithoutLogAction.self,
]
