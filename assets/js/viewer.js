// The viewer: opens at the picture that was tapped; swipe, keys or buttons turn; pinch, double tap or a button zooms; swipe down, Escape, Back or a button closes.
(() => {
  const find = (node, selector) => (node instanceof Element ? node.closest(selector) : null);
  const shown = () => document.querySelector("dialog.viewer[open]");
  const slides = (viewer) => [...viewer.querySelectorAll(".slide")];
  const track = (viewer) => viewer.querySelector(".viewer-track");
  const place = (viewer) => Math.round(track(viewer).scrollLeft / (track(viewer).clientWidth || 1));
  const current = (viewer) => slides(viewer)[place(viewer)];
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

  // The page's own button for pictures it hasn't got yet, pressed once however it came about; the next page has a new one.
  const moreButton = () => document.querySelector("[data-brings-slides]");
  const bringMore = () => {
    const button = moreButton();
    if (!button || button.dataset.pressed) return;
    button.dataset.pressed = "yes";
    button.click();
  };

  const say = (viewer) => {
    const all = slides(viewer);
    if (!all.length) { viewer.close(); return; } // the last one was deleted
    const at = place(viewer);
    for (const near of all.slice(Math.max(0, at - 1), at + 2)) near.querySelector("img").loading = "eager"; // no others
    const [back, on] = ["back", "on"].map((turn) => viewer.querySelector(`[data-turn="${turn}"]`));
    if (back) back.disabled = at <= 0;
    if (on) on.disabled = at >= all.length - 1;
    const words = viewer.querySelector(".viewer-place");
    if (words) words.textContent = all.length > 1 ? `${window.locally.number(at + 1)} of ${window.locally.number(all.length)}${moreButton() ? "+" : ""}` : "";
    if (at >= all.length - 4) bringMore();
    const share = viewer.querySelector('[data-act="share"]');
    if (share) share.hidden = !navigator.canShare;
  };

  const turn = (viewer, step) => {
    unzoom(current(viewer));
    const room = track(viewer);
    room.scrollTo({ left: (place(viewer) + step) * room.clientWidth, behavior: isCalm.matches ? "auto" : "smooth" });
  };

  // A thumbnail grows into its slide, and back again, as one thing.
  const morph = (thumb, slide, change) => {
    const [from, to] = [thumb?.querySelector("img"), slide?.querySelector("img")];
    if (!document.startViewTransition || isCalm.matches || !from || !to) { change(); return; }
    const [first, last] = slide.closest("dialog").open ? [to, from] : [from, to];
    first.style.viewTransitionName = "shown";
    const motion = document.startViewTransition(() => {
      change();
      first.style.viewTransitionName = "";
      last.style.viewTransitionName = "shown";
    });
    motion.finished.finally(() => { last.style.viewTransitionName = ""; });
  };

  const thumbOf = (slide) => document.querySelector(`[data-shows-slide="${CSS.escape(slide?.id ?? "")}"]`);

  const open = async (thumb) => {
    await steppedBack;
    const slide = document.getElementById(thumb.dataset.showsSlide);
    const viewer = slide?.closest("dialog");
    if (!viewer) return;
    slide.querySelector("img").loading = "eager";
    morph(thumb, slide, () => {
      viewer.showModal();
      enter(slide);
      track(viewer).scrollLeft = slides(viewer).indexOf(slide) * track(viewer).clientWidth;
      say(viewer);
      changes.disconnect();
      changes.observe(track(viewer), { childList: true }); // news, another page, a picture deleted
    });
  };
  const changes = new MutationObserver(() => { const viewer = shown(); if (viewer) say(viewer); });

  const close = (viewer) => {
    const slide = current(viewer);
    unzoom(slide);
    const thumb = thumbOf(slide);
    thumb?.scrollIntoView({ block: "nearest", behavior: "auto" });
    morph(thumb, slide, () => viewer.close());
  };

  // The open viewer is a step of its own in the browser's history, so that Back closes it, and Forward opens it again. The step
  // keeps the framework's number (idx), and the framework hears nothing of it (early.js listens first): for it nobody has moved.
  let last = history.state;
  let steppedBack = null; // a promise, while a step back is under way
  let arrive = null;

  const enter = (slide) => {
    if (history.state?.slide) return; // by Forward, or by a reload
    history.scrollRestoration = "manual"; // where the page is left is where the last picture hangs
    const address = location.pathname.replace(/\/?$/, "/"); // as the server has it: its redirect would forget the slide
    history.pushState({ ...history.state, slide: slide.id }, "", address);
    last = history.state;
  };
  const leave = () => {
    if (!history.state?.slide) return; // it was Back that closed it
    steppedBack ??= new Promise((resolve) => { arrive = resolve; });
    history.back();
  };

  const step = (event) => {
    const [was, is] = [last, event.state];
    const isOurs = was?.idx === is?.idx && Boolean(was?.slide) !== Boolean(is?.slide);
    [last, steppedBack] = [is, null];
    arrive?.();
    if (isOurs) event.stopImmediatePropagation();
    if (is?.slide) { show(is.slide); return; }
    setTimeout(() => { history.scrollRestoration = "auto"; });
    for (const sheet of document.querySelectorAll("dialog.sheet[open]")) if (shown()) sheet.close();
    const viewer = shown();
    if (viewer && isOurs && !event.hasUAVisualTransition) close(viewer);
    else viewer?.close();
  };
  document.addEventListener("close", (event) => { if (event.target.matches?.("dialog.viewer")) leave(); }, true);

  // Zoom: 1 to 4 times, moved about by one finger while larger than the screen.
  const set = (slide, zoom, x = 0, y = 0) => {
    const picture = slide.querySelector(".picture");
    const edge = (size) => (size * (zoom - 1)) / 2;
    slide.zoom = Math.min(4, Math.max(1, zoom));
    slide.at = [Math.max(-edge(picture.offsetWidth), Math.min(edge(picture.offsetWidth), x)), Math.max(-edge(picture.offsetHeight), Math.min(edge(picture.offsetHeight), y))];
    slide.toggleAttribute("data-zoomed", slide.zoom > 1);
    slide.style.cssText = `--zoom:${slide.zoom};--pan-x:${slide.at[0]}px;--pan-y:${slide.at[1]}px`;
    track(slide.closest("dialog")).style.overflowX = slide.zoom > 1 ? "hidden" : "";
  };
  const unzoom = (slide) => { if (slide?.zoom > 1) set(slide, 1); };
  const toggleZoom = (slide) => { if (slide.zoom > 1) unzoom(slide); else set(slide, 2.5); };

  const fingers = new Map();
  const spread = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
  let grip = null;

  const down = (event) => {
    const slide = find(event.target, ".viewer .slide");
    if (!slide || find(event.target, "button, a")) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    grip = { slide, x: event.clientX, y: event.clientY, zoom: slide.zoom || 1, at: slide.at || [0, 0], spread: fingers.size === 2 ? spread() : 0 };
    slide.toggleAttribute("data-moving", true);
  };

  const move = (event) => {
    if (!grip || !fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const [x, y] = [event.clientX - grip.x, event.clientY - grip.y];
    if (fingers.size === 2) set(grip.slide, (grip.zoom * spread()) / grip.spread, ...grip.at);
    else if (grip.zoom > 1) set(grip.slide, grip.zoom, grip.at[0] + x, grip.at[1] + y);
    else if (event.pointerType !== "mouse" && y > Math.abs(x)) grip.slide.style.cssText = `--pan-y:${y}px;--zoom:${1 - y / 3000}`;
  };

  const up = (event) => {
    if (!grip || !fingers.delete(event.pointerId)) return;
    const { slide, y, zoom } = grip;
    slide.removeAttribute("data-moving");
    const isSwipeDown = zoom <= 1 && !fingers.size && event.type === "pointerup" && event.pointerType !== "mouse" && event.clientY - y > 110 && !(slide.zoom > 1);
    if (!fingers.size) grip = null;
    if (isSwipeDown) { slide.style.cssText = ""; close(slide.closest("dialog")); } else if (!(slide.zoom > 1)) slide.style.cssText = "";
  };

  const file = async (slide) => {
    const link = await window.arriving.toSave(slide);
    if (!link) throw new Error("the picture can't be had now");
    const answer = await fetch(link);
    if (!answer.ok) throw new Error(`picture answered ${answer.status}`);
    const blob = await answer.blob();
    return new File([blob], slide.dataset.name, { type: blob.type });
  };
  const apologise = () => window.studio?.toast({ headline: "That picture couldn't be fetched", hint: "It is safe. Please try again.", kind: "error" });

  const acts = {
    close,
    zoom: (viewer) => toggleZoom(current(viewer)),
    save: async (viewer) => {
      const slide = current(viewer);
      const href = await window.arriving.toSave(slide);
      if (href) Object.assign(document.createElement("a"), { href, download: slide.dataset.name }).click();
      else apologise();
    },
    share: async (viewer) => {
      try {
        await navigator.share({ files: [await file(current(viewer))] });
      } catch (error) {
        if (error.name !== "AbortError") apologise(); // putting the share sheet away is not a failure
      }
    },
  };

  // Pictures that come in above must not move the one that is looked at. The rows break anew, so the browser's own scroll
  // anchoring can't know; at the very top nothing is held, so that what is new is seen.
  const keepSteady = (rows) => {
    let held = null;
    const hold = () => {
      if (!rows.isConnected) { removeEventListener("scroll", hold); return; }
      const cell = find(document.elementFromPoint(innerWidth / 2, innerHeight / 2), ".picture-rows > *");
      held = cell && scrollY > 100 ? { cell, top: cell.getBoundingClientRect().top } : null;
    };
    addEventListener("scroll", hold, { passive: true });
    new MutationObserver(() => {
      if (held?.cell.isConnected) scrollBy({ top: held.cell.getBoundingClientRect().top - held.top, behavior: "instant" });
    }).observe(rows, { childList: true });
  };

  document.addEventListener("click", (event) => {
    const thumb = find(event.target, "[data-shows-slide]");
    if (thumb) open(thumb);
    const viewer = find(event.target, "dialog.viewer");
    const button = find(event.target, "[data-act], [data-turn]");
    if (!viewer || !button) return;
    if (button.dataset.act) acts[button.dataset.act]?.(viewer);
    else turn(viewer, button.dataset.turn === "on" ? 1 : -1);
  });
  document.addEventListener("dblclick", (event) => { const slide = find(event.target, ".viewer .slide"); if (slide) toggleZoom(slide); });
  document.addEventListener("keydown", (event) => {
    const viewer = shown();
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!viewer || !step || document.querySelector("dialog.sheet[open]")) return;
    event.preventDefault();
    turn(viewer, step);
  });
  document.addEventListener("cancel", (event) => { if (event.target.matches?.("dialog.viewer")) { event.preventDefault(); close(event.target); } }, true);
  document.addEventListener("scroll", (event) => { const viewer = find(event.target, "dialog.viewer"); if (viewer) say(viewer); }, true);
  document.addEventListener("pointerdown", down);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up);
  document.addEventListener("pointercancel", up);
  // The list may not be drawn yet when this is asked for; the address forgets the portrait, so that a reload or a
  // reconnection doesn't open it again.
  const show = async (slide) => {
    history.replaceState(history.state, "", location.pathname);
    for (let frame = 0; frame < 90; frame++) {
      const thumb = document.querySelector(`[data-shows-slide="${CSS.escape(slide)}"]`);
      if (thumb) return open(thumb);
      await new Promise(requestAnimationFrame);
    }
    leave(); // it is there no more
  };
  // What stands around that button: within a screen or two it brings more. The next page's is made anew, and watches anew.
  const near = new IntersectionObserver((seen) => { if (seen.some((it) => it.isIntersecting)) bringMore(); }, { rootMargin: "1200px" });
  customElements.define("comes-near", class extends HTMLElement {
    connectedCallback() { near.observe(this); } disconnectedCallback() { near.unobserve(this); }
  });
  const keepSteadyIn = (selector) => keepSteady(document.querySelector(selector));

  if (last?.slide) show(last.slide); // the page was loaded anew under the open viewer

  window.viewer = { open, close, step, bringMore, show, keepSteadyIn };
  dispatchEvent(new Event("viewer")); // for what was asked of it before (js/early.js)
})();
