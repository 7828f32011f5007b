// What the furniture needs beyond HTML and CSS. Everything listens on the document, so it never matters who rendered what or when.
(() => {
  const root = document.documentElement;
  const on = (type, act, options) => document.addEventListener(type, act, options);
  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  // Sheets. Browsers with invoker commands and closedby need none of this.
  const sheet = (id) => document.getElementById(id);
  const open = (id) => { const it = sheet(id); if (it && !it.open) it.showModal(); };
  const close = (id) => sheet(id)?.close();
  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    on("click", (event) => {
      const button = closest(event, "[commandfor]");
      if (button) (button.getAttribute("command") === "close" ? close : open)(button.getAttribute("commandfor"));
    });
  }
  if (!("closedBy" in HTMLDialogElement.prototype)) {
    on("click", (event) => { if (event.target.matches?.('dialog[closedby="any"]') && event.detail) event.target.close(); });
  }

  // The keys there are; whoever types a question is left alone.
  on("keydown", (event) => {
    if (event.key === "?" && !closest(event, "input, textarea, select") && !document.querySelector("dialog[open]")) open("shortcuts");
  });

  // A sheet follows the finger from its head, and goes when let go far or fast enough.
  on("pointerdown", (event) => {
    const head = closest(event, ".sheet-head");
    if (!head || closest(event, "button") || event.pointerType === "mouse") return;
    const it = head.closest("dialog");
    const from = event.clientY;
    const began = event.timeStamp;
    const far = (move) => Math.max(0, move.clientY - from);
    head.setPointerCapture(event.pointerId);
    it.toggleAttribute("data-dragging", true);
    const drag = (move) => it.style.setProperty("--drag", `${far(move)}px`);
    const drop = (end) => {
      head.removeEventListener("pointermove", drag);
      it.removeAttribute("data-dragging");
      if (far(end) > it.offsetHeight / 3 || far(end) / (end.timeStamp - began) > 0.5) it.close();
      it.style.removeProperty("--drag");
    };
    head.addEventListener("pointermove", drag);
    head.addEventListener("lostpointercapture", drop, { once: true });
  });

  // Numbers in a sentence are written the person's own way; those in a name are left as they are.
  const spoken = (sentence, name) => (name ? sentence.split(name).map(window.locally.words).join(name) : window.locally.words(sentence));

  // Toasts: said once, gone by themselves; longer when there is something to undo, and never while looked at.
  const toast = ({ headline, hint, kind, name, undo: undoLabel }, undoing, addEvents) => {
    const undo = undoing && (() => addEvents(undoing));
    const region = document.querySelector(".toasts");
    if (!region) return;
    const it = document.createElement("div");
    it.className = "toast";
    it.dataset.kind = kind;
    const words = it.appendChild(document.createElement("div"));
    words.appendChild(document.createElement("strong")).textContent = spoken(headline, name);
    if (hint) words.appendChild(document.createElement("span")).textContent = spoken(hint, name);
    let timer;
    const leave = () => {
      clearTimeout(timer);
      it.toggleAttribute("data-leaving", true);
      setTimeout(() => { it.remove(); if (!region.childElementCount && region.popover) region.hidePopover?.(); }, 260);
    };
    const stay = () => clearTimeout(timer);
    const count = () => {
      stay();
      if (document.hidden) document.addEventListener("visibilitychange", count, { once: true }); // not seen yet
      else timer = setTimeout(leave, undo || kind === "error" ? 9000 : 4500);
    };
    const add = (label, className, act) => {
      const button = it.appendChild(document.createElement("button"));
      button.type = "button";
      button.className = className;
      button.textContent = label;
      button.addEventListener("click", () => { act(); leave(); });
    };
    if (undo) add(undoLabel, "toast-undo", undo);
    else add("OK", "toast-close", () => {});
    it.addEventListener("pointerenter", stay);
    it.addEventListener("pointerleave", count);
    it.addEventListener("focusin", stay);
    it.addEventListener("focusout", count);
    region.append(it);
    while (region.childElementCount > 3) region.firstElementChild.remove();
    if (region.popover) { region.hidePopover(); region.showPopover(); } // above any open sheet
    count();
  };

  // The look: shown while the finger is still on the slider, kept in a cookie for the next first paint.
  let chosenAt = -Infinity;
  const keep = (worn) => { document.cookie = `look=${worn}; Path=/; Max-Age=31536000; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`; };
  const show = () => {
    // Not what it shows already: React takes a value that is written for its own, and tells nobody what the finger chose.
    for (const slider of document.querySelectorAll('[data-look="hue"]')) if (Number(slider.value) !== hue()) slider.value = hue();
    for (const preset of document.querySelectorAll("[data-hue]")) preset.setAttribute("aria-pressed", Number(preset.dataset.hue) === hue());
    tintBrowser();
  };
  const choose = (chosen) => {
    chosenAt = performance.now();
    const { locale, ...look } = { theme: theme(), hue: hue(), locale: root.dataset.locale, ...chosen };
    keep([look.theme, look.hue, ...(locale ? [locale] : [])].join("."));
    window.wearLook();
    show();
  };
  // What the studio knows was chosen, here or on another device. Whoever is choosing right now is further than that.
  const wear = (worn) => {
    if (worn && performance.now() - chosenAt >= 2000) {
      keep(worn);
      window.wearLook();
    }
    show();
  };
  const theme = () => root.dataset.theme || "auto";
  const hue = () => Math.round(Number(getComputedStyle(root).getPropertyValue("--hue")));
  const tintBrowser = () => {
    if (!root.dataset.theme) return;
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) meta.content = getComputedStyle(root).backgroundColor;
  };
  on("input", (event) => {
    if (event.target.matches('[data-look="hue"]')) choose({ hue: Number(event.target.value) });
    if (event.target.matches('[data-look="locale"]')) choose({ locale: event.target.value });
  });
  on("click", (event) => {
    const chosen = closest(event, '[data-look="theme"]'); // a radio that React holds fires no input event
    if (chosen) choose({ theme: chosen.value });
    const preset = closest(event, "[data-hue]");
    if (preset) choose({ hue: Number(preset.dataset.hue) });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tintBrowser);

  // Tapping the tab one is on goes to the top.
  on("click", (event) => {
    if (!closest(event, '.tab[aria-current="page"]')) return;
    if (scrollY > 0) { event.preventDefault(); event.stopPropagation(); scrollTo({ top: 0 }); }
  }, true);

  on("click", (event) => {
    if (closest(event, "[data-reload]")) location.reload();
    const toggle = closest(event, "[data-shows]");
    if (toggle) {
      const input = sheet(toggle.dataset.shows);
      const isShown = input.type === "password";
      input.type = isShown ? "text" : "password";
      toggle.textContent = isShown ? "Hide" : "Show";
      toggle.setAttribute("aria-pressed", String(isShown));
      input.focus();
    }
  });

  // A link is copied out of its field; where the page is no safe place (plain http), the field is selected for it.
  on("click", async (event) => {
    const field = sheet(closest(event, "[data-copies]")?.dataset.copies);
    if (!field) return;
    field.select();
    const isCopied = await (navigator.clipboard?.writeText(field.value).then(() => true, () => false) ?? document.execCommand("copy"));
    if (isCopied) toast({ headline: "Link copied", hint: "", kind: "good" });
    else toast({ headline: "The link is selected", hint: "Copy it by hand: your browser keeps us from doing that.", kind: "plain" });
  });

  // What was wrong is said of what was sent; it has been typed into since.
  on("input", (event) => {
    const wrong = closest(event, '.alone [aria-invalid="true"]');
    wrong?.removeAttribute("aria-invalid");
    wrong?.closest(".field").querySelector(".field-error").remove();
  });

  // A new password is judged by the studio while it is typed; the form without script is judged when it is sent.
  let judging;
  on("input", ({ target }) => {
    if (!target.matches?.("[data-judged]")) return;
    clearTimeout(judging);
    judging = setTimeout(async () => {
      const field = target.closest(".field");
      const [meter, words] = [field.querySelector("meter"), field.querySelector("[data-strength]")];
      const value = (name) => target.form.elements[name]?.value ?? "";
      const body = new URLSearchParams({ password: target.value, name: value("name"), email: value("email") || value("username") });
      const answer = await fetch("/auth/strength", { method: "POST", body }).catch(() => null);
      const judged = answer?.ok ? await answer.json() : null;
      if (judged && body.get("password") !== target.value) return; // typed on meanwhile
      meter.hidden = words.hidden = !judged || !target.value;
      if (judged) [meter.value, words.textContent] = [judged.is_taken ? Math.max(1, judged.score) : Math.min(1, judged.score), judged.says];
    }, 250);
  });

  const connection = () => root.toggleAttribute("data-offline", !navigator.onLine);
  addEventListener("online", connection);
  addEventListener("offline", connection);
  connection();

  const ready = () => {
    tintBrowser();
    for (const toggle of document.querySelectorAll("[data-shows][hidden]")) toggle.hidden = false;
    navigator.serviceWorker?.register("/service-worker.js").catch(() => {}); // refused in a private window: nothing else depends on it
  };
  if (document.readyState === "complete") ready(); else addEventListener("load", ready);

  // Defined last, since one that stands there already wears at once.
  customElements.define("worn-look", class extends HTMLElement {
    static observedAttributes = ["value"];
    attributeChangedCallback() { if (this.isConnected) wear(this.getAttribute("value")); }
    connectedCallback() { wear(this.getAttribute("value")); } // with the controls beside it, which show what is worn
  });

  window.studio = { toast, open, close };
})();
