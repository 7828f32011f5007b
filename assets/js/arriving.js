// Pictures and films that don't come. A link to one lives for an hour, the address behind it in a store for minutes, and a
// store may be down: what can be mended is mended without a reload, what can't be now is said (web/shell/banners.py).
(() => {
  const address = (it) => new URL(it.currentSrc || it.src || ".", location.href);
  const isOurs = (it) => /^\/(media|api\/trash)\//.test(address(it).pathname);
  const now = () => performance.now();

  // Links that have grown too old: the room looks again, once a minute at most, and gets fresh ones.
  let refreshedAt = -Infinity;
  const refresh = () => {
    if (now() - refreshedAt < 60_000) return;
    refreshedAt = now();
    document.querySelector("[data-refreshes]")?.click();
  };

  // What became of a picture: "gone" with its row, "old" as a link, "away" with the store or the database, "there"; or
  // nothing, when the studio itself doesn't answer, which is said elsewhere.
  const headOf = (href) => fetch(href, { method: "HEAD", redirect: "manual", cache: "no-store" }).catch(() => null);
  const becameOf = async (href) => {
    const answer = await headOf(href);
    if (!answer) return null;
    if (answer.type !== "opaqueredirect") return { 200: "there", 403: "old", 404: "gone" }[answer.status] ?? "away";
    return fetch(href, { mode: "no-cors", cache: "reload" }).then(() => "there", () => "away");
  };

  // The link to save a picture by, once it is known to open; nothing when the picture can't be had just now.
  const toSave = async (slide) => {
    const link = slide.dataset.download;
    const answer = await headOf(link);
    if (answer?.status !== 403) return answer?.ok || answer?.type === "opaqueredirect" ? link : null;
    refresh();
    for (let frame = 0; frame < 180 && slide.dataset.download === link; frame++) await new Promise(requestAnimationFrame);
    return slide.dataset.download === link ? null : slide.dataset.download;
  };

  const WAITS_MS = [3_000, 5_000, 10_000, 15_000];
  const MOST_TRIES = 3; // of what is there as far as can be seen, and is no picture all the same
  const missing = new Map(); // each picture that failed, and how often it was asked for again
  let isLooking = false;
  let wake = null;

  const lookInto = async () => {
    for (const it of missing.keys()) if (!it.isConnected) missing.delete(it);
    const [first] = missing.keys();
    const found = first ? await becameOf(address(first).href) : "gone";
    document.documentElement.toggleAttribute("data-no-pictures", found === "away");
    if (found === "old") refresh();
    if (found === "there") askAgain();
    if (found === "old" || found === "gone") missing.delete(first);
    return found;
  };
  const askAgain = () => {
    for (const [it, tries] of missing) {
      if (tries < MOST_TRIES) missing.set(it, tries + 1); else missing.delete(it);
      it.setAttribute("src", it.getAttribute("src"));
    }
  };
  const untilAllIsThere = async () => {
    for (let [pause, waited] = [300, 0]; missing.size; ) { // those that fail together are looked into together
      await new Promise((go) => { wake = go; setTimeout(() => { if (!document.hidden) go(); }, pause); });
      const found = await lookInto();
      pause = found === "old" || found === "gone" ? 0 : WAITS_MS[Math.min(waited++, WAITS_MS.length - 1)];
    }
    isLooking = false;
  };
  const failed = ({ target }) => {
    if (target instanceof HTMLVideoElement && isOurs(target)) refresh();
    if (!(target instanceof HTMLImageElement) || !isOurs(target)) return;
    missing.set(target, missing.get(target) ?? 0);
    if (isLooking) return;
    isLooking = true;
    untilAllIsThere();
  };
  document.addEventListener("error", failed, true);
  for (const target of document.querySelectorAll('img[data-arrived="error"]')) failed({ target }); // before this was here (early.js)
  document.addEventListener("load", ({ target }) => missing.delete(target), true);
  addEventListener("online", () => wake?.());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake?.(); });

  // A browser stays at the address in the store that a film's link led to. It is dead after five minutes at least: a film that
  // goes on, or is wound, after four is loaded by its link anew, from where it was.
  const ADDRESS_LASTS_MS = 240_000;
  const loadedAt = new WeakMap();
  const left = new WeakMap();
  const onFilm = (type, act) => document.addEventListener(type, ({ target }) => {
    if (target instanceof HTMLVideoElement && isOurs(target)) act(target);
  }, true);
  const renew = (film) => {
    if (now() - (loadedAt.get(film) ?? 0) < ADDRESS_LASTS_MS) return;
    left.set(film, { at: film.currentTime, goesOn: !film.paused });
    film.load();
  };
  onFilm("loadstart", (film) => loadedAt.set(film, now()));
  onFilm("play", renew);
  onFilm("seeking", renew);
  onFilm("loadedmetadata", (film) => {
    const { at, goesOn } = left.get(film) ?? {};
    left.delete(film);
    if (at) film.currentTime = at;
    if (goesOn) film.play();
  });

  window.arriving = { toSave };
})();
