import SentryControl
import SentryRules
import Testing

@testable import SentryService

@Suite struct VocabularyTests {
  @Test func everyWordOfTheLanguageIsThere() async throws {
    try await withAPI { api in
      let reply: VocabularyReply = try await api.get(ControlPath.vocabulary)
      #expect(reply.properties.map(\.name) == allProperties.map { $0.name })
      #expect(reply.actions.map(\.name) == allActions.map { $0.name })
      #expect(reply.relations == ["==", "!=", "a=A", ">=", "<="])
      let port = try #require(reply.properties.first { $0.name == "Dest port" })
      #expect(port.number == 19)
      #expect(port.relations == ["==", "!=", ">=", "<="])
      #expect(port.values.contains("22 (SSH)"))
      #expect(reply.properties.first { $0.name == "Any" }?.values == [])
      #expect(reply.actions.filter(\.needsParameter).map(\.name).contains("Route to"))
      #expect(reply.actions.first { $0.name == "Delete" }?.needsParameter == false)
      #expect(reply.actions.first { $0.name == "Delete" }?.endsWalk == true)
    }
  }

  @Test(arguments: VocabularyReply.language.properties)
  func whatIsSuggestedIsTaken(_ property: PropertyReport) throws {
    let type = try #require(allProperties.first { $0.name == property.name })
    for value in property.values { _ = try Condition(type, .equal, value: value) }
  }
}
