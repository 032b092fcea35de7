// What pages do beyond links and forms: results while typing, keys, live updates. Without it everything still works.

const safe = globalThis.trustedTypes?.createPolicy("kortisto", { createHTML: (html) => html });
const trusted = (html) => safe ? safe.createHTML(html) : html;
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const FETCHED = { "Kortisto-Fetch": "asked" };
// Nobody did anything: such a request doesn't keep the session from locking.
const QUIET = { "Kortisto-Fetch": "quiet" };

async function post(url, fields) {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(fields), headers: FETCHED });
  // A session that ended answers with the log-in page: let the browser go there.
  if (answer.redirected || answer.status === 401) location.reload();
  return answer.ok ? answer.text() : "";
}

function later(wait, work) {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(() => work(...given), wait); };
}

// Search: a combobox whose list is asked for while typing.
function search(input) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  let asked = 0, chosen = -1;
  const options = () => $$("[role=option]", list);
  const open = (is) => { list.hidden = !is; input.setAttribute("aria-expanded", String(is)); if (!is) choose(-1); };
  const choose = (at) => {
    chosen = at;
    options().forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    const option = options()[at];
    if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  };
  const ask = later(60, async () => {
    const mine = ++asked, q = input.value;
    if (!q.trim()) return open(false);
    const html = await post(input.dataset.search, { q, csrf: input.form.elements.csrf.value });
    if (mine !== asked) return;
    list.innerHTML = trusted(html);
    open(document.activeElement === input);
    choose(options().length === 1 ? 0 : -1);
  });
  input.addEventListener("input", ask);
  input.addEventListener("focus", () => { if (list.childElementCount && input.value.trim()) open(true); });
  input.addEventListener("blur", () => setTimeout(() => open(false), 150));
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "ArrowDown" && all.length) { open(true); choose((chosen + 1) % all.length); }
    else if (event.key === "ArrowUp" && all.length) choose((chosen <= 0 ? all.length : chosen) - 1);
    else if (event.key === "Enter" && !list.hidden && all[chosen]) location.assign(all[chosen].dataset.href);
    else if (event.key === "Escape" && !list.hidden) open(false);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[data-href]");
    if (option) { event.preventDefault(); location.assign(option.dataset.href); }
  });
}
$$("[data-search]").forEach(search);

// Clients who may be the same person, while a new one is typed.
$$("[data-similar]").forEach((form) => {
  const place = $("#similar");
  form.addEventListener("input", later(300, async () => {
    place.innerHTML = trusted(await post(form.dataset.similar, new FormData(form)));
  }));
});

// What only makes sense with script.
$$("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });

// Forms that were typed into are not left by accident, and live updates don't overwrite them.
const touched = new Set();
$$("form[data-guard]").forEach((form) => {
  form.addEventListener("input", () => touched.add(form));
  form.addEventListener("submit", () => touched.clear());
});
addEventListener("beforeunload", (event) => { if (touched.size) event.preventDefault(); });

// Keys: each stands at the link, button or form that it is for.
addEventListener("keydown", (event) => {
  const parts = [event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : ""].filter(Boolean);
  const key = [...parts, event.key.length === 1 ? event.key.toUpperCase() : event.key].join("+");
  if (key === "Ctrl+K") {
    const field = $("#q");
    if (field) { field.focus(); field.select(); } else location.assign("/");
  } else if (key === "Ctrl+S") {
    const form = document.activeElement?.closest("form[data-guard]") ?? $("main form[data-guard]");
    if (!form) return;
    form.requestSubmit();
  } else {
    const target = $(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    target.click();
  }
  event.preventDefault();
});

$("[data-focus]")?.focus();

// Live updates: the stream carries ids only; what changed is asked for anew.
async function refresh() {
  const answer = await fetch(location.href, { headers: QUIET });
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return location.reload();
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(trusted(await answer.text()), "text/html");
  for (const region of $$("[data-region]")) {
    const twin = region.id && fresh.getElementById(region.id);
    if (!twin) continue;
    const open = $$("details", region).map((one) => one.open);
    $$("details", twin).forEach((one, at) => { one.open = open[at] ?? one.open; });
    exchange(region, () => { region.replaceWith(document.adoptNode(twin)); return twin; });
  }
  const count = $("header nav"), other = $("header nav", fresh);
  if (count && other) exchange(count, () => { count.replaceWith(document.adoptNode(other)); return other; });
}
// Whoever goes by keyboard stays where they are.
function exchange(old, put) {
  const at = old.contains(document.activeElement) ? document.activeElement : null;
  const wanted = at && sign(at), fresh = put();
  if (at) $$(at.localName, fresh).find((one) => sign(one) === wanted)?.focus({ preventScroll: true });
}
const sign = (one) => one.id || one.getAttribute("href") || [one.form?.action, one.name, one.textContent].join(" ");
const standing = later(200, async () => {
  for (const place of $$("[data-part]")) {
    const answer = await fetch(place.dataset.part, { headers: QUIET });
    if (!answer.ok || answer.redirected) continue;
    const html = trusted(await answer.text());
    exchange(place, () => { place.innerHTML = html; return place; });
  }
  // The register was closed, or opened again: what this page shows is no longer what anybody may see.
  if (Boolean($("#alarms [data-closed]")) !== document.body.hasAttribute("data-closed")) return leave();
  if ($("#standing[data-region]")) refresh();
});
// Nothing of what is on the page may stay there, not even what was typed. A form that was just sent leads on by itself.
let sent = false;
addEventListener("submit", () => { sent = true; });
function leave() {
  touched.clear();
  $("main").replaceChildren();
  if (!sent) location.replace(location.pathname);
}

function listen(url) {
  const lost = $("#lost"), changed = $("#changed"), shown = document.body.dataset.record;
  let stream, watchdog, away = false;
  const heard = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(again, 35_000);
    lost.hidden = true;
    if (away) { away = false; touched.size ? changed.hidden = false : refresh(); }
  };
  const again = () => { stream?.close(); away = true; lost.hidden = false; connect(); };
  const update = (ids) => {
    const gone = ids?.filter((id) => id.startsWith("-")).map((id) => id.slice(1)) ?? [];
    if (gone.includes(shown)) return leave();
    for (const id of gone) $$(`a[href^="/clients/${id}"], [data-href="/clients/${id}"]`).forEach((one) => (one.closest("li, tr") ?? one).remove());
    if (shown && ids && !ids.includes(shown)) return;
    if (touched.size || (shown && !$("[data-region]"))) changed.hidden = false; else refresh();
  };
  function connect() {
    stream = new EventSource(url);
    stream.addEventListener("beat", heard);
    stream.addEventListener("changed", (event) => { heard(); update(event.data.split(" ")); });
    stream.addEventListener("reload", () => { heard(); update(null); });
    stream.addEventListener("standing", () => { heard(); standing(); });
    stream.addEventListener("locked", () => { stream.close(); location.assign("/lock"); });
    stream.addEventListener("error", () => {
      away = true;
      lost.hidden = false;
      // The browser tries again by itself unless the node refused.
      if (stream.readyState === EventSource.CLOSED) setTimeout(again, 3_000);
    });
  }
  connect();
  addEventListener("pagehide", () => { clearTimeout(watchdog); stream.close(); });
}
if (document.body.dataset.live) listen(document.body.dataset.live);
// A page from the browser's memory may show what nobody may see any more.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
