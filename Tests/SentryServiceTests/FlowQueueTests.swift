import SentryPacket
import SentryRules
import SentryState
import Testing

@testable import SentryNetfilter
@testable import SentryService

@Suite struct FlowQueueTests {
  private static func flow(_ port: UInt16) -> KernelFlow {
    let end = { FlowEndpoint(address: IPAddress(v4: $0), port: $1) }
    return KernelFlow(
      protocolNumber: IPProtocol.tcp, direction: .inbound, interface: 2, source: end(0xC000_0201, port),
      destination: end(0xC000_0202, 80))
  }

  private static func change(_ kind: AddressChange.Kind) -> AddressChange {
    AddressChange(
      kind, AddressNet(IPAddress(v4: 0xC000_0201)), duration: AddressDuration(seconds: 60),
      time: Timestamp(nanoseconds: 0))
  }

  /// One letter for each: `s`tays, `e`nds, `a` for an address that entered, `*` for everything.
  private static func letters(_ changes: FlowChanges) -> String {
    changes.all.reduce(into: "") { text, change in
      switch change {
      case .stays: text += "s"
      case .ends: text += "e"
      case .entered: text += "a"
      case .everything: text += "*"
      }
    }
  }

  @Test func whatDoesNotFitTakesAllFlowsOutUnlessItOnlyWouldStay() {
    var changes = FlowChanges(capacity: 2)
    for port in 1...3 { changes.append(.stays(Self.flow(UInt16(port)), RulePath())) }
    #expect(Self.letters(changes) == "ss")
    changes.append(.ends(Self.flow(1)))
    #expect(Self.letters(changes) == "ss*")
    changes.removeAll()
    #expect(changes.isEmpty && changes.all.isEmpty)
  }

  @Test func onlyAddressesThatEnterATableMatter() {
    var changes = FlowChanges()
    changes.append(
      [Self.change(.refreshed), Self.change(.removed), Self.change(.entered)], isIncomplete: false,
      haveRangesChanged: false)
    #expect(Self.letters(changes) == "a")
    changes.append([], isIncomplete: false, haveRangesChanged: true)
    changes.append([], isIncomplete: true, haveRangesChanged: false)
    #expect(Self.letters(changes) == "a**")
  }

  @Test func connectionsThatMadeWayTakeAllFlowsOutOnce() throws {
    let (notes, queue) = (FlowNotes(), try FlowQueue())
    notes.note(evictions: 0)
    #expect(notes.isEmpty)
    notes.note(evictions: 3)
    notes.note(evictions: 3)
    notes.handOver(to: queue)
    #expect(notes.isEmpty)
    var taken = FlowChanges()
    queue.takeAll(into: &taken)
    #expect(Self.letters(taken) == "*")
  }

  @Test func theOrderIsKeptAcrossHandOvers() throws {
    let (notes, queue) = (FlowNotes(), try FlowQueue())
    notes.append(.stays(Self.flow(1), RulePath()))
    notes.handOver(to: queue)
    notes.append(.ends(Self.flow(1)))
    notes.append([Self.change(.entered)], isIncomplete: false, haveRangesChanged: false)
    notes.handOver(to: queue)
    var taken = FlowChanges()
    queue.takeAll(into: &taken)
    #expect(Self.letters(taken) == "sea")
    queue.takeAll(into: &taken)
    #expect(taken.isEmpty)
  }
}
