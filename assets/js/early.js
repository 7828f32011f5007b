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
  const arrived = ({ type, target }) => { if (target instanceof HTMLImageElement) target.dataset.arrived = type; };
  document.addEventListener("load", arrived, true);
  document.addEventListener("error", arrived, true);
})();
