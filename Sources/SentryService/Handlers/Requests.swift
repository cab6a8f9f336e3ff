package import Hummingbird

extension Router where Context: CallerContext {
  /// Everything that can be asked of a daemon, wherever it is asked: on the control socket, or by a web page.
  package func answerRequests(from daemon: SentryDaemon) {
    add(middleware: FailureMiddleware())
    add(middleware: ClaimMiddleware())
    add(middleware: PatienceMiddleware())
    answerStatus(from: daemon)
    answerRules(from: daemon)
    answerConfirm(from: daemon)
    answerRollback(from: daemon)
    answerSwitches(of: daemon)
    answerTables(from: daemon)
    answerLists(from: daemon)
    answerFollowedLists(from: daemon)
    answerEvidence(from: daemon)
    answerLogins(from: daemon)
    answerApplications(from: daemon)
    answerLog(from: daemon)
    answerMemory(from: daemon)
    answerMetrics(from: daemon)
    answerTop(from: daemon)
    answerVocabulary()
    answerOutline(from: daemon)
    answerDrafts(from: daemon)
    answerExplain(from: daemon)
    answerHistory(from: daemon)
    answerConnections(from: daemon)
    answerInterfaces(from: daemon)
    answerHealth(from: daemon)
    answerReachable(from: daemon)
    answerLive(from: daemon)
    refuseOtherMethods()
  }
}
