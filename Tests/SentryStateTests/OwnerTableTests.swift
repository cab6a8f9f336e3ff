import SentryPacket
import Testing

@testable import SentryState

@Suite struct OwnerTableTests {
  private static let tcp = LocalFlow(
    local: ip("192.0.2.1"), 40_000, remote: ip("203.0.113.9"), 443, protocolNumber: 6)
  private static let udp = LocalFlow(local: ip("192.0.2.1"), 40_000, remote: ip("203.0.113.9"), 443, protocolNumber: 17)

  private static let root: PacketOwner = {
    var owner = PacketOwner()
    owner.user = 0
    return owner
  }()

  @Test func aFlowIsUnknownThenAskedThenKnown() {
    var table = OwnerTable(capacity: 4)
    #expect(table.knowledge(of: Self.tcp, now: at(0)) == .nothing)
    table.ask(Self.tcp, question: 7, now: at(0))
    #expect(table.knowledge(of: Self.tcp, now: at(0)) == .asked(7))
    table.settle(Self.tcp, Self.root, now: at(0))
    #expect(table.knowledge(of: Self.tcp, now: at(0)) == .known(Self.root))
    #expect(table.knowledge(of: Self.udp, now: at(0)) == .nothing)
    #expect(table.brokenInvariant() == nil)
  }

  @Test func whoseProgramItIsIsKnownWithIt() {
    var table = OwnerTable(capacity: 4)
    #expect(table.user(of: Self.tcp) == nil)
    var owner = PacketOwner()
    owner.user = 1_000
    table.settle(Self.tcp, owner, program: OwnerTable.Program(number: 3), now: at(0))
    #expect(table.application(of: Self.tcp) == 3)
    #expect(table.user(of: Self.tcp) == 1_000)
    table.ask(Self.tcp, question: 8, now: at(1))
    #expect(table.user(of: Self.tcp) == nil)
    table.settle(Self.tcp, nil, now: at(1))
    #expect(table.user(of: Self.tcp) == nil)
  }

  /// What is decided holds for flows that are known; who waits waits no more.
  @Test func decisionsReachKnownFlows() {
    var table = OwnerTable(capacity: 4)
    var owner = PacketOwner()
    (owner.user, owner.permission) = (7, .allowed)
    table.settle(Self.tcp, owner, program: .init(number: 3, opening: .inbound), now: at(0))
    table.settle(Self.udp, PacketOwner(), program: .init(number: 4, isUndecided: true), now: at(0))
    #expect(table.knowledge(of: Self.udp, now: at(0)) == .undecided(PacketOwner()))
    table.decide { program, permission, user in
      #expect(program.number == 4 || permission == .allowed && user == 7 && program.opening == .inbound)
      return .init(program.number == 3 ? nil : .denied)
    }
    owner.permission = nil
    #expect(table.knowledge(of: Self.tcp, now: at(0)) == .undecided(owner))
    var denied = PacketOwner()
    denied.permission = .denied
    #expect(table.knowledge(of: Self.udp, now: at(0)) == .known(denied))
    table.decide { _, _, _ in nil }
    #expect(table.knowledge(of: Self.udp, now: at(0)) == .known(denied))
  }

  @Test func theOtherEndIsAnotherFlow() {
    var table = OwnerTable(capacity: 4)
    table.settle(Self.tcp, Self.root, now: at(0))
    let other = LocalFlow(
      local: Self.tcp.remote, Self.tcp.remotePort, remote: Self.tcp.local, Self.tcp.localPort, protocolNumber: 6)
    #expect(table.knowledge(of: other, now: at(0)) == .nothing)
  }

  @Test func askingAgainForgetsWhatWasKnown() {
    var table = OwnerTable(capacity: 4)
    table.settle(Self.tcp, Self.root, now: at(0))
    table.ask(Self.tcp, question: 8, now: at(1))
    #expect(table.knowledge(of: Self.tcp, now: at(1)) == .asked(8))
  }

  @Test func aDatagramFlowIsKnownUntilItWasSilentForHalfAMinute() {
    var table = OwnerTable(capacity: 4)
    table.settle(Self.udp, Self.root, now: at(0))
    #expect(table.knowledge(of: Self.udp, now: at(30, -1)) == .known(Self.root))
    #expect(table.knowledge(of: Self.udp, now: at(59)) == .known(Self.root))
    #expect(table.knowledge(of: Self.udp, now: at(89)) == .nothing)
  }

  @Test func aConnectionIsKnownForADay() {
    var table = OwnerTable(capacity: 4)
    table.settle(Self.tcp, Self.root, now: at(0))
    #expect(table.knowledge(of: Self.tcp, now: at(86_399)) == .known(Self.root))
    #expect(table.knowledge(of: Self.tcp, now: at(86_399 + 86_400)) == .nothing)
  }

  @Test func aDatagramFlowMayBeAnothersOnceASocketOfItsPortHasEnded() {
    var table = OwnerTable(capacity: 4)
    var (neighbour, again) = (Self.udp, Self.udp)
    (neighbour.localPort, again.remotePort) = (40_001, 444)
    table.end(udpPort: 40_000)
    for flow in [Self.udp, neighbour, Self.tcp] {
      table.ask(flow, question: 1, now: at(0))
      table.settle(flow, Self.root, now: at(0))
      #expect(table.isOutlived(flow) == false)
    }
    table.end(udpPort: 40_000)
    #expect([Self.udp, neighbour, Self.tcp].map { table.isOutlived($0) } == [true, false, false])
    #expect(table.isOutlived(again) == false, "nothing is known of it")
    table.ask(Self.udp, question: 2, now: at(1))
    table.settle(Self.udp, Self.root, now: at(1))
    #expect(table.isOutlived(Self.udp) == false)
    table.end(udpPort: nil)
    #expect(table.knowledge(of: Self.udp, now: at(1)) == .nothing)
    #expect(table.knowledge(of: neighbour, now: at(1)) == .nothing)
    #expect(table.knowledge(of: Self.tcp, now: at(1)) == .known(Self.root))
    #expect(table.brokenInvariant() == nil)
  }

  @Test func thatThereIsNobodyIsBelievedForASecondHoweverOftenItIsUsed() {
    var table = OwnerTable(capacity: 4)
    table.settle(Self.tcp, nil, now: at(0))
    #expect(table.knowledge(of: Self.tcp, now: at(1, -1)) == .known(PacketOwner()))
    #expect(table.knowledge(of: Self.tcp, now: at(1)) == .nothing)
  }

  @Test func flowsOfForgottenProgramsAreForgotten() {
    var table = OwnerTable(capacity: 4)
    table.settle(Self.tcp, Self.root, program: .init(number: 1), now: at(0))
    table.settle(Self.udp, Self.root, program: .init(number: 2), now: at(0))
    #expect(table.forget { $0.number == 1 })
    #expect(table.knowledge(of: Self.tcp, now: at(0)) == .nothing)
    #expect(table.knowledge(of: Self.udp, now: at(0)) == .known(Self.root))
    #expect(!table.forget { $0.number == 1 })
    #expect(table.brokenInvariant() == nil)
  }

  @Test func whatIsBrieflyBelievedIsAskedAgainAfterASecond() {
    var table = OwnerTable(capacity: 4)
    var denied = PacketOwner()
    denied.permission = .denied
    table.settle(Self.tcp, denied, isBrief: true, now: at(0))
    #expect(table.knowledge(of: Self.tcp, now: at(1, -1)) == .known(denied))
    #expect(table.knowledge(of: Self.tcp, now: at(1)) == .nothing)
  }

  @Test func whatWasUsedTheLongestAgoMakesWay() {
    var table = OwnerTable(capacity: 2)
    var other = Self.tcp
    table.settle(Self.tcp, Self.root, now: at(0))
    other.localPort = 1
    table.settle(other, Self.root, now: at(1))
    _ = table.knowledge(of: Self.tcp, now: at(2))
    table.settle(Self.udp, Self.root, now: at(3))
    #expect(table.knowledge(of: other, now: at(3)) == .nothing)
    #expect(table.knowledge(of: Self.tcp, now: at(3)) == .known(Self.root))
    #expect(table.brokenInvariant() == nil)
  }
}
