"use strict";
// The pages work without this. It keeps those up to date that say so, and selects all lines of a list at once.

// A region that somebody is working in is left alone: nothing may move under a hand.
function busy(region) {
  const selection = document.getSelection();
  return region.contains(document.activeElement) || region.querySelector("input[name=id]:checked") ||
    (selection && !selection.isCollapsed && selection.anchorNode && region.contains(selection.anchorNode));
}

async function update() {
  const address = new URL(location.href);
  address.searchParams.set("live", "1");
  const response = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (new URL(response.url).pathname !== location.pathname) {
    location.reload(); // the session is over
    return;
  }
  if (!response.ok) throw new Error(response.status);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(region.id);
    if (next && next.innerHTML !== region.innerHTML && !busy(region)) {
      region.replaceChildren(...next.childNodes);
      selectAll(region);
    }
  }
}

function keepUpToDate(line) {
  const text = line.querySelector("span");
  const button = document.createElement("button");
  let paused = false, under = false;
  button.type = "button";
  button.className = "quiet";
  const show = (s) => { text.textContent = s; };
  const label = () => { button.textContent = paused ? "Go on" : "Pause"; button.setAttribute("aria-label", paused ? "Go on with updates" : "Pause updates"); };
  button.addEventListener("click", () => { paused = !paused; label(); show(paused ? "updates are paused" : "live"); });
  label();
  show("live");
  line.append(button);
  const tick = async () => {
    if (paused || under || document.hidden) return;
    under = true;
    try {
      await update();
      if (!paused) show("live, " + new Date().toLocaleTimeString());
    } catch {
      show("the server does not answer; trying again");
    } finally {
      under = false;
    }
  };
  setInterval(tick, 1000 * Number(line.dataset.every));
  document.addEventListener("visibilitychange", tick);
}

function selectAll(root) {
  for (const box of root.querySelectorAll("input[data-all]")) {
    box.hidden = false;
    box.addEventListener("change", () => {
      for (const one of box.closest("table").querySelectorAll("input[name=id]")) one.checked = box.checked;
    });
  }
}

selectAll(document);
const line = document.getElementById("live");
if (line) keepUpToDate(line);
