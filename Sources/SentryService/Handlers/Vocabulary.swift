internal import Hummingbird
internal import SentryControl

extension Router where Context: CallerContext {
  func answerVocabulary() {
    get(RouterPath(ControlPath.vocabulary)) { _, _ in try Response.json(VocabularyReply.language) }
  }
}
