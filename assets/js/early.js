// Runs before the first paint: puts the person's look on <html> (again when one comes back from another tab, where it may
// have been changed), and marks each picture as it arrives (parts/pictures.css).
(() => {
  const root = document.documentElement;
  const wear = () => {
    const look = /(?:^|; )look=(auto|light|dark)\.(\d{1,3})(?:;|$)/.exec(document.cookie);
    if (!look || Number(look[2]) > 360) return;
    root.dataset.theme = look[1];
    root.style.setProperty("--hue", look[2]);
  };
  wear();
  document.addEventListener("visibilitychange", wear);
  // What the studio may have this page do: an act by its name, with plain values. No text that comes is ever run.
  const page = {
    toSignIn: () => location.assign(`/auth/sign-in?next=${encodeURIComponent(location.pathname)}`),
    toTop: () => scrollTo({ top: 0 }),
    bringIntoView: (id) => setTimeout(() => document.getElementById(id)?.scrollIntoView({ block: innerWidth < 900 ? "start" : "nearest" }), 60),
  };
  window.perform = (said, addEvents) => {
    const [act, ...values] = JSON.parse(said);
    const [owner, name] = act.split(".");
    const whose = { page, studio: window.studio, viewer: window.viewer }[owner];
    if (!whose || !Object.hasOwn(whose, name)) throw new Error(`nobody does ${act}`);
    return whose[name](...values, addEvents);
  };
  addEventListener("popstate", (event) => window.viewer?.step(event)); // before the framework hears of it
  const arrived = ({ type, target }) => { if (target instanceof HTMLImageElement) target.dataset.arrived = type; };
  document.addEventListener("load", arrived, true);
  document.addEventListener("error", arrived, true);
})();
