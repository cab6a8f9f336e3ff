extension Diagnostic {
  /// The stable name of every finding of the project. Tests and tools key on these, never on the wording of a message.
  public enum ID: String, CaseIterable, Sendable {
    // Property lists: the bytes.
    case invalidEncoding
    case documentTooLarge
    case notAPropertyList
    case emptyDocument

    // Property lists: text.
    case missingSemicolon
    case missingEquals
    case missingComma
    case missingKey
    case expectedValue
    case missingOpeningBracket
    case missingClosingBracket
    case wrongClosingBracket
    case missingQuote
    case unquotedText
    case unexpectedText
    case unterminatedString
    case unterminatedComment
    case unterminatedData
    case commentInComment
    case badEscape
    case loneSurrogate
    case badHexDigits
    case duplicateKey
    case textAfterRoot
    case nestingTooDeep
    case tooManyFindings

    // Property lists: XML and binary.
    case unreadableXML
    case unreadableBinary
    case unsupportedValue

    // Rules.
    case notARuleDocument
    case unknownProperty
    case unknownRelation
    case unknownAction
    case badValue
    case oddValue
    case missingValue
    case badParameter
    case ambiguousNumber
    case nameNumberMismatch
    case assumedGeneration
    case disabledByDefault
    case disabledParent
    case relationReadAsEqual
    case exitGroupOutsideGroup
    case negationMatchesOthers
    case noRules
    case wrongType
    case unknownKey

    // The rest of a rule document.
    case unknownSetting
    case badSetting
    case badInterface
    case duplicateInterface
    case oddSwitch
    case badList
    case authorizesUnprotected
    case keptKeys

    // Tests in documents.
    case badTest
    case badPacket
    case emptyTest
    case testFailed

    // Address lists.
    case badListAddress
    case unknownTable
    case badListDuration
    case tooManyFields

    // Rules of other firewalls.
    case notTakenOver
    case takenOverDifferently
    case notFirewallRules

    // Checks of documents that can run.
    case neverMatches
    case alwaysMatches
    case pastDate
    case unreachableRules
    case duplicateRule
    case noEffect
    case rateGivesWay
    case cutsOffSSH
    case triggerCatchesOwnAddress
    case triggerCatchesServer
    case triggerLacksProof
    case longInterfaceName
    case longText
    case classicDiffers
  }
}
