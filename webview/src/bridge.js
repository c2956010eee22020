// What connects a panel to the desktop: the theme as it changes, less motion where that is wanted, how the system does, and
// a sign of life. It comes before everything of the page's own.
(() => {
  "use strict";
  const root = document.documentElement;
  const sheet = document.createElement("style");
  sheet.id = "tos-look";
  let reduced = false;
  const queries = new Set();

  // The engine has no switch for this that could be turned while a page is open: the rules themselves are.
  const asked = new WeakMap();
  const settled = (text) =>
    text
      .replace(/\(\s*prefers-reduced-motion\s*(:\s*reduce\s*)?\)/gi, reduced ? "(min-width: 0px)" : "(max-width: 0px)")
      .replace(/\(\s*prefers-reduced-motion\s*:\s*no-preference\s*\)/gi, reduced ? "(max-width: 0px)" : "(min-width: 0px)");
  const settle = (rules) => {
    for (const rule of rules) {
      if (rule.media) {
        const text = asked.get(rule) ?? rule.media.mediaText;
        if (/prefers-reduced-motion/i.test(text)) {
          asked.set(rule, text);
          rule.media.mediaText = settled(text);
        }
      }
      if (rule.cssRules) settle(rule.cssRules);
    }
  };
  const settleAll = () => {
    for (const one of document.styleSheets) {
      try {
        settle(one.cssRules);
      } catch {
        // A sheet of another origin is not ours to read.
      }
    }
  };
  const match = window.matchMedia.bind(window);
  window.matchMedia = (text) => {
    const query = match(settled(String(text)));
    if (/prefers-reduced-motion/i.test(text)) queries.add({ text: String(text), query, was: query.matches });
    return query;
  };

  const take = (css, less) => {
    sheet.textContent = css;
    // Behind the sheet that was there when the page was loaded, so that it counts.
    if (!sheet.isConnected) (document.head ?? root).append(sheet);
    const changed = less !== reduced;
    reduced = less;
    root.dataset.motion = less ? "reduce" : "full";
    settleAll();
    for (const entry of changed ? queries : []) {
      const { matches } = match(settled(entry.text));
      if (matches === entry.was) continue;
      entry.was = matches;
      entry.query.dispatchEvent(new MediaQueryListEvent("change", { media: entry.text, matches }));
    }
    window.dispatchEvent(new CustomEvent("tos-look", { detail: { reduced: less } }));
  };

  const events = new EventSource("/tos/events");
  events.addEventListener("look", (event) => take(event.data, event.lastEventId === "reduce"));
  events.addEventListener("reload", () => location.reload());
  events.addEventListener("ping", (event) => {
    void fetch(`/tos/pong/${event.data}`, { method: "POST" }).catch(() => undefined);
  });
  events.addEventListener("data", (event) => {
    if (!event.data) return;
    const detail = JSON.parse(event.data);
    window.dispatchEvent(new CustomEvent("tos-data", { detail }));
  });
  document.addEventListener("DOMContentLoaded", settleAll);

  // A panel stays what it is: no other page, no other window, no menu of the engine's.
  window.open = () => null;
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (link && !link.getAttribute("href").startsWith("#")) event.preventDefault();
    },
    true,
  );
  document.addEventListener("contextmenu", (event) => event.preventDefault());
})();
