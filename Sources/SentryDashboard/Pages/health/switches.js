// The master switch, and the switch of the log, with what they mean.

import { put } from "../api.js";
import { complain } from "../parts/dialog.js";
import { h, setText } from "../parts/dom.js";
import { switchFirewall } from "../parts/master.js";

/** @returns {{element: HTMLElement, show(health: object): void, update(event: object): void}} */
export function makeSwitches(context, done) {
  const master = makeSwitch("health-master", "Firewall", async (isOn) => {
    const isOnNow = await switchFirewall(isOn);
    context.refresh();
    return isOnNow === isOn;
  });
  const log = makeSwitch("health-log", "Log", async (isOn) => {
    await put("/v1/logging", { enabled: isOn });
    return true;
  });

  function makeSwitch(id, name, turn) {
    const box = h("input", { type: "checkbox", role: "switch", id, on: { change } });
    const text = h("span", {}, name);
    const control = { box, text, isBusy: false, element: h("label", { class: "switch" }, box, text) };
    async function change() {
      const isOn = box.checked;
      control.isBusy = true;
      try {
        if (!(await turn(isOn))) box.checked = !isOn;
      } catch (error) {
        box.checked = !isOn;
        complain(error);
      }
      control.isBusy = false;
      done();
    }
    return control;
  }

  function set({ box, text, isBusy }, isOn, on, off) {
    if (isBusy) return;
    box.checked = isOn;
    setText(text, isOn ? on : off);
  }

  return {
    element: h("div", { class: "toolbar flush switches" }, master.element, log.element),
    show(health) {
      set(master, health.enabled, "The firewall judges packets", "The firewall is off");
      if (health.log) set(log, health.log.enabled, "What rules log is written", "The log is off");
      log.element.hidden = !health.log;
    },
    update(event) { set(master, event.enabled, "The firewall judges packets", "The firewall is off"); },
  };
}
