// What holds for a program for a while, in words.

const answers = { allow: "allowed", deny: "denied" };
const ways = { inbound: "Others to it", outbound: "It to others" };

/** `It to others: denied, 4 min`; empty where nothing holds for a while. */
export function temporaryText({ temporary }) {
  return (temporary ?? []).map(oneText).join("; ");
}

function oneText({ direction, answer, remainingSeconds, replaced }) {
  const what = `${ways[direction] ?? direction}: ${answers[answer] ?? answer}`;
  return `${what}, ${termText(remainingSeconds)}${replaced ? ", of the replaced file" : ""}`;
}

function termText(seconds) {
  if (seconds === undefined || seconds === null) return "until restart";
  return seconds > 60 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds)} s`;
}
