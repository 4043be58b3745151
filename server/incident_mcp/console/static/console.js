// The page keeps itself up to date: each second it asks what is new, and says so when nobody answers.
"use strict";

const EVERY = 1000; // milliseconds between an answer and the next question
const PATIENCE = 2500; // without an answer for so long, the server counts as gone

const live = document.getElementById("live");
const pulse = document.getElementById("pulse");
const login = document.getElementById("login");

function elements(html) {
  const made = document.createElement("template");
  made.innerHTML = html; // escaped by the server, and the page's policy lets nothing in it run
  return made.content;
}

// Parts that are the same stay as they are, with what somebody is typing into them.
function settle(place, parts) {
  const keys = new Set(parts.map(([key]) => key));
  const old = new Map();
  for (const child of [...place.children]) {
    if (keys.has(child.dataset.key)) old.set(child.dataset.key, child);
    else child.remove();
  }
  let next = place.firstElementChild;
  for (const [key, mark, html] of parts) {
    const child = old.get(key);
    if (child && child.dataset.mark === mark) {
      if (child === next) next = next.nextElementSibling;
      else place.insertBefore(child, next);
      continue;
    }
    const fresh = elements(html).firstElementChild;
    if (!child) {
      place.insertBefore(fresh, next);
      continue;
    }
    if (child === next) next = next.nextElementSibling;
    const focused = child.contains(document.activeElement);
    const open = child.querySelector("details")?.open;
    child.replaceWith(fresh);
    if (open) fresh.querySelector("details")?.setAttribute("open", "");
    if (focused) fresh.querySelector("[tabindex]")?.focus();
  }
}

function waiting() {
  return [...document.querySelectorAll("[data-waits]")].map((each) => each.dataset.waits);
}

function take(news) {
  const before = waiting();
  for (const [name, parts] of Object.entries(news.groups)) {
    settle(document.querySelector(`[data-group="${name}"]`), parts);
  }
  const rows = elements(news.rows);
  const entries = document.getElementById("entries");
  if (news.whole) entries.replaceChildren(rows);
  else {
    for (const row of rows.children) row.classList.add("fresh");
    entries.prepend(rows);
  }
  live.dataset.count = news.count;
  live.dataset.last = news.last;
  const came = waiting().filter((plan) => !before.includes(plan));
  if (came.length) document.getElementById("news").textContent = `Plan ${came.join(", ")} waits for a person.`;
  titled();
}

const title = document.title;
function titled() {
  document.title = (waiting().length ? `(${waiting().length}) ` : "") + title;
}

let heard = new Date();
function say(state) {
  if (document.body.dataset.state === state) return;
  document.body.dataset.state = state;
  const since = heard.toISOString().slice(11, 19);
  pulse.textContent = {
    live: "live",
    gone: `No answer since ${since} UTC. What you see may be old.`,
    out: "Logged out: incident-mcp console prints a new link.",
  }[state];
}

async function look() {
  const have = [...document.querySelectorAll("[data-mark]")].map((each) => each.dataset.mark).join(",");
  const { address, count, last } = live.dataset;
  const asked = `${address}?${new URLSearchParams({ count, last, have })}`;
  try {
    const answer = await fetch(asked, { signal: AbortSignal.timeout(PATIENCE), cache: "no-store" });
    if (answer.status === 401) return say("out");
    if (!answer.ok) throw new Error(answer.statusText);
    take(await answer.json());
    heard = new Date();
    say("live");
  } catch {
    say("gone");
  }
  setTimeout(look, EVERY);
}

if (live) {
  titled();
  setTimeout(look, EVERY);
}

// The token may come with the link, behind a #, where no server sees it and no log keeps it.
if (login && location.hash.length > 1) {
  login.elements.token.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (!document.querySelector(".failed")) login.submit();
}
