// Runs before the first paint: puts the person's look on <html> (again when one comes back from another tab, where it may
// have been changed), writes dates and numbers in their language, and marks each picture as it arrives (parts/pictures.css).
(() => {
  const root = document.documentElement;

  // The one place where dates and numbers become text (web/ui/locally.py): in the person's language, else the device's,
  // and in the device's own time zone.
  const sizes = [[1e12, "terabyte"], [1e9, "gigabyte"], [1e6, "megabyte"], [1e3, "kilobyte"]];
  const number = (value, how) => Number(value).toLocaleString(root.dataset.locale || undefined, how);
  const date = (value, how) => new Date(value).toLocaleString(root.dataset.locale || undefined, how);
  const ways = {
    date: (value) => date(value, { dateStyle: "long" }),
    short: (value) => date(value, { dateStyle: "medium" }),
    day: (value) => date(value, { day: "numeric", month: "short" }),
    time: (value) => date(value, { timeStyle: "short" }),
    number: (value) => number(value),
    percent: (value) => number(value / 100, { style: "percent" }),
    words: (value) => value.replaceAll(/(?<!\w)\d+(?!\w)/g, (digits) => number(digits)), // an English sentence with numbers in it
    size: (value) => { // in steps of 1,000 as phones do, no finer than one likes to know
      const [step, unit] = sizes.find(([least]) => value >= least) ?? [1, "byte"];
      const digits = step > 1e3 && value < 10 * step ? 1 : 0;
      return number(value / step, { style: "unit", unit, unitDisplay: step > 1 ? "short" : "long", minimumFractionDigits: digits, maximumFractionDigits: digits });
    },
  };
  class SaidLocally extends HTMLElement {
    static observedAttributes = ["value", "as"];
    connectedCallback() { this.say(); }
    attributeChangedCallback() { this.say(); }
    say() {
      const value = this.getAttribute("value");
      const as = this.getAttribute("as");
      this.lang = as === "words" ? "en" : root.dataset.locale ?? "";
      this.textContent = value && Object.hasOwn(ways, as) ? ways[as](value) : "";
    }
  }
  customElements.define("said-locally", SaidLocally);
  const speak = (locale) => {
    if ((root.dataset.locale ?? "") === (locale ?? "")) return;
    if (locale) root.dataset.locale = locale; else delete root.dataset.locale;
    for (const it of document.querySelectorAll("said-locally")) it.say();
  };
  window.locally = { speak, ...ways };

  window.wearLook = () => {
    const look = /(?:^|; )look=(auto|light|dark)\.(\d{1,3})(?:\.([a-z]{2,3}-[A-Z]{2}))?(?:;|$)/.exec(document.cookie);
    if (!look || Number(look[2]) > 360) return;
    root.dataset.theme = look[1];
    root.style.setProperty("--hue", look[2]);
    speak(look[3]);
  };
  const wear = window.wearLook;
  wear();
  document.addEventListener("visibilitychange", wear);
  // What the studio may have this page do: an act by its name, with plain values. No text that comes is ever run.
  const page = {
    // Whoever is there already signs in again when there is a reason, which the page says by its name.
    toSignIn: (why) => location.assign(`/auth/sign-in?${typeof why === "string" ? `again=yes&trouble=${why}&` : ""}next=${encodeURIComponent(location.pathname)}`),
    toTop: () => scrollTo({ top: 0 }),
    bringIntoView: (id) => setTimeout(() => document.getElementById(id)?.scrollIntoView({ block: innerWidth < 900 ? "start" : "nearest" }), 60),
  };
  window.perform = (said, addEvents) => {
    const [act, ...values] = JSON.parse(said);
    const [owner, name] = act.split(".");
    if (owner === "viewer" && !window.viewer) { // its script is still on the way
      addEventListener("viewer", () => window.perform(said, addEvents), { once: true });
      return;
    }
    const whose = { page, studio: window.studio, viewer: window.viewer }[owner];
    if (!whose || !Object.hasOwn(whose, name)) throw new Error(`nobody does ${act}`);
    return whose[name](...values, addEvents);
  };
  addEventListener("popstate", (event) => window.viewer?.step(event)); // before the framework hears of it
  const arrived = ({ type, target }) => { if (target instanceof HTMLImageElement) target.dataset.arrived = type; };
  document.addEventListener("load", arrived, true);
  document.addEventListener("error", arrived, true);
})();
