internal import Hummingbird
internal import SentryControl

extension Router<ControlContext> {
  func answerVocabulary() {
    get(RouterPath(ControlPath.vocabulary)) { _, _ in try Response.json(VocabularyReply.language) }
  }
}
