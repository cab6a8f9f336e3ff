// The interfaces: what the document says of each, in switches, and what comes through.

import { get, post, putText } from "../api.js";
import { ask, complain, toast } from "../parts/dialog.js";
import { h, setAttribute, setText } from "../parts/dom.js";
import { bytes, count } from "../parts/format.js";
import { figure, makeTable } from "../parts/data-table.js";
import { lockoutSentence } from "../parts/words.js";
import { withSwitch } from "./interface-edit.js";

/** Seconds within which a switched interface must be kept. */
const trialSeconds = 60;

/** @returns {{element: HTMLElement, show(reply: object): void}} */
export function makeInterfaces(context, done) {
  const table = makeTable({
    id: "interfaces", caption: "Interfaces", keyOf: (one) => one.name, sort: "", widths: ["320px", "860px"],
    empty: "There is no interface.", columns: [
      { key: "name", label: "Interface", kind: "mono", width: "118px", text: (one) => one.name },
      switchColumn("filters", "Filters", "84px", "rules are asked"),
      switchColumn("external", "External", "84px", "Interface == external means it"),
      {
        key: "state", label: "State", width: "auto", make: () => h("span", { class: "badge" }),
        update: (one, cell) => {
          const [text, kind] = stateOf(one);
          setText(cell.firstElementChild, text);
          setAttribute(cell.firstElementChild, "class", `badge ${kind}`);
          setAttribute(cell, "title", one.problem);
        },
      },
      {
        key: "addresses", label: "Addresses", kind: "wide mono", width: "24%", text: (one) => one.addresses.join(", "),
        update: (one, cell) => setAttribute(cell, "title", one.addresses.join("\n")),
      },
      figure("rate", "Packets/s", "92px", ofWatched("packetsPerSecond"), ifKnown(count)),
      figure("packets", "Packets", "110px", ofWatched("packets"), ifKnown(count)),
      figure("bytes", "Bytes", "84px", ofWatched("bytes"), ifKnown(bytes)),
      {
        ...figure("drops", "Dropped", "94px", ofWatched("drops"), ifKnown(count)),
        update: (one, cell) => cell.classList.toggle("problem", one.drops > 0),
      },
    ],
  });

  function switchColumn(field, label, width, meaning) {
    return {
      key: field, label, width,
      make: (current) => {
        const box = h("input", {
          type: "checkbox", role: "switch", "aria-label": `${label}: ${current().name}`, title: `On: ${meaning}`,
          data: { interface: current().name, field }, on: { change: () => turn(current(), field, box) },
        });
        return h("label", { class: "switch" }, box);
      },
      update: (one, cell) => {
        const box = cell.querySelector("input");
        if (!box.disabled || box.dataset.busy !== "1") box.checked = one[field];
        box.disabled = one.watched === false || box.dataset.busy === "1";
      },
    };
  }

  async function turn(one, field, box) {
    const isOn = box.checked;
    box.dataset.busy = "1";
    box.disabled = true;
    try {
      if (await applySwitch(one, field, isOn)) context.refresh();
    } catch (error) {
      complain(error);
    }
    delete box.dataset.busy;
    done();
  }

  return {
    element: h("section", { class: "section", "aria-label": "Interfaces and their switches" },
      h("h2", {}, "Interfaces"), table.element),
    show: ({ interfaces }) => table.show(interfaces),
  };
}

/** Puts the document in force on trial with one switch turned, after asking. @returns {Promise<boolean>} whether it was done */
async function applySwitch(one, field, isOn) {
  const rules = await get("/v1/rules");
  const { name } = rules.document;
  const text = withSwitch(rules.text, one, field, isOn);
  const check = text === null ? null : await post("/v1/drafts/check", { name, text });
  if (!check || !changesOneSwitch(check)) {
    const way = `write “${field}” of ${one.name} under “interfaces” in it, and apply it`;
    throw new Error(`This document cannot be changed from here: ${way}.`);
  }
  const state = isOn ? "on" : "off";
  const effect = effects[field][isOn ? 1 : 0];
  const question = `${effect} The document changes, and goes back by itself unless it is kept within ${trialSeconds} seconds.`;
  if (!(await ask(`Switch “${field}” ${state} for ${one.name}?`, question, `Switch ${state}`))) return false;
  const change = `${field} of ${one.name} switched ${state}`;
  if (!(await putOnTrial(text, rules.document, change))) return false;
  toast(`${one.name}: ${field} is ${state}, on trial.`, "good");
  return true;
}

/** @returns {Promise<boolean>} `false`: it would end an SSH connection, and the person did not insist */
async function putOnTrial(text, { name, generation }, change, isForced = false) {
  const query = { name, generation, change, confirm: trialSeconds, force: isForced ? 1 : undefined };
  try {
    await putText("/v1/rules", text, query);
    return true;
  } catch (error) {
    const lockout = error.body?.lockout;
    if (!lockout || isForced) throw error;
    const goOn = await ask("This may lock you out", lockoutSentence(lockout), "Switch anyway", "danger");
    return goOn && putOnTrial(text, { name, generation }, change, true);
  }
}

/** Of an interface that is not watched nothing is counted. */
const ofWatched = (field) => (one) => (one.watched === false ? undefined : one[field]);
const ifKnown = (write) => (value) => (value === undefined ? "" : write(value));

const effects = {
  filters: ["Its packets will pass without being asked about.", "Rules will be asked about its packets."],
  external: ["“Interface == external” will not mean it any more.", "“Interface == external” will mean it."],
};

/** There is a difference if there is no error; tests that fail do not count: no edit of rules in force is held to them. */
function changesOneSwitch({ difference }) {
  if (!difference) return false;
  const { rules, settings, other, interfaces } = difference;
  return rules.length + settings.length + other.length === 0 && interfaces.length === 1;
}

function stateOf(one) {
  if (one.problem) return [one.problem, "bad"];
  if (!one.isUp) return ["down", one.watched === false ? "" : "warn"];
  return one.watched === false ? ["up, not watched", ""] : ["up", "good"];
}
