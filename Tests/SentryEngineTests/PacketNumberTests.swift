import SentryRules
import Testing

@testable import SentryEngine

@Suite struct PacketNumberTests {
  @Test func noFieldHasThePlaceOfAnythingElse() {
    let fields = NumberField.allCases.map { NumberSlot($0).rawValue }
    let others = [NumberSlot(Endpoint.source), NumberSlot(Endpoint.destination), .constant, .features].map(\.rawValue)
    #expect(Set(fields + others).count == fields.count + others.count)
    #expect((fields + others).allSatisfy { $0 < 32 }, "places are masked to five bits")
  }
}
