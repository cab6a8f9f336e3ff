internal import Foundation
internal import SentryEngine
internal import SentryNetfilter
internal import SentryPacket
internal import Synchronization

/// The ways out that `Route to` names: keeps them, and says in sentences which rules lose theirs and get it back.
final class RouteKeeper: Sendable {
  /// A way, and the numbers of the rules that name it.
  struct Way {
    var state: RouteGuard.State
    var rules: [String]
  }

  private let routes: RouteGuard
  private let rulesByHop = Mutex<[IPAddress: [String]]>([:])

  init() throws(NetfilterError) { routes = try RouteGuard() }

  /// By the places of their marks.
  var ways: [Way] { routes.states.map(way) }

  /// These rules name the next hops from now on.
  func follow(_ rules: LoadedRules) {
    let numbers = Dictionary(uniqueKeysWithValues: rules.nextHops.map { ($0, rules.rules(to: $0)) })
    rulesByHop.withLock { $0 = numbers }
  }

  /// Sees to it that there are ways to the next hops of these rules: the place of each is the place of its mark.
  ///
  /// - Returns: which there are not, in sentences.
  func keep(_ rules: LoadedRules) throws(NetfilterError) -> [String] {
    follow(rules)
    return try routes.keep(rules.nextHops).filter { $0.problem != nil }.map { way($0).sentence }
  }

  func remove() throws(NetfilterError) { try routes.remove() }

  /// Puts back what is lost, until `stop`, on a thread of its own. `report` hears of it in sentences.
  func start(_ report: @escaping @Sendable (String) -> Void) {
    Thread.detachNewThread { [self] in
      Thread.current.name = "routes"
      do throws(NetfilterError) {
        try routes.run { report(way($0).sentence) }
      } catch {
        report("ways through next hops that are lost are not put back: \(error)")
      }
    }
  }

  func stop() { routes.stop() }

  private func way(_ state: RouteGuard.State) -> Way {
    Way(state: state, rules: rulesByHop.withLock { $0[state.hop] } ?? [])
  }
}

extension RouteKeeper.Way {
  fileprivate var sentence: String {
    let named = "which \(rules.count == 1 ? "rule" : "rules") \(rules.joined(separator: ", "))"
    let name = "\(state.hop), \(named) \(rules.count == 1 ? "names" : "name")"
    guard let problem = state.problem else { return "the way through \(name), stands again" }
    return "no way through \(name): \(problem); packets for it take their normal way"
  }
}
