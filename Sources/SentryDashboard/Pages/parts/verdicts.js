// The words for what becomes of packets, and for what the log tells of them.

/** In the order in which they are piled up in plots: what is rare at the bottom, where it can be seen. */
export const verdicts = ["delete", "reject", "dropConnection", "delay", "routeTo", "pass"];

/** What a log entry can tell, in the order of a menu. */
export const logVerdicts = ["pass", "delete", "reject", "dropConnection", "log", "alert", "email", "url", "script"];

/** Those of them that say what became of the packet. */
export const finalVerdicts = ["pass", "delete", "reject", "dropConnection"];

/** What people read for the daemon's names. */
export const verdictLabels = {
  pass: "passed", delete: "deleted", reject: "rejected", dropConnection: "connection dropped", delay: "delayed",
  routeTo: "other route", log: "logged", alert: "alert", email: "mail", url: "URL", script: "script", message: "message",
};

const ofActions = {
  "packet passed": "pass", "packet dropped": "delete", "reject, packet dropped": "reject", "connection dropped": "dropConnection",
  "packet logged": "log", Alert: "alert", "Email notification": "email", "URL notification": "url", Script: "script",
};

/** The daemon's name for what a log entry tells; `message` for one without a packet. */
export const verdictOfEntry = (entry) => (entry.message !== undefined ? "message" : ofActions[entry.action] ?? "other");
