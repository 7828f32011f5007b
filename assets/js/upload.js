// Photos on their way up: chosen, dropped or pasted, three at a time, each on a tile of its own until the room shows it.
// Everything listens on the document and is kept here, so uploads go on while other rooms are looked at.
(() => {
  const AT_ONCE = 3;
  const TAKEN_KINDS = /^image\/(jpeg|png|webp|avif|hei[cf])$/;
  const TAKEN_ENDINGS = /\.(jpe?g|jfif|png|webp|avif|hei[cf])$/i;
  const PREVIEW_WIDTH = 320;
  const GHOST_AFTER_MS = 10000; // a photo that was removed elsewhere before we saw it
  const DRAG_GONE_AFTER_MS = 700; // one that stays is told every 350 ms, one that left not reliably at all
  const AWAY_FOR_MS = 15000; // the store, or the database: sent once more by itself, since nobody can do anything about it
  const LENT_FOR_MS = 60000; // longer than a photo is looked at, even behind thirty others
  const TAKEN = '[data-selfie-id]:not([data-state="refused"])'; // those that were refused take no place among the thirty
  const uploads = [];
  const root = document.documentElement;
  const tray = () => document.getElementById("upload-tray");
  const inRoom = (id) => document.querySelector(`[data-selfie-id="${CSS.escape(id)}"]`);
  const isUnderway = ({ state }) => state === "waiting" || state === "sending";
  const photos = (count) => `${window.locally.number(count)} ${count === 1 ? "photo" : "photos"}`;

  // Choosing: what can be said without the server is said at once, by name.
  const choose = (files) => {
    const place = tray();
    if (!place || !files.length) return;
    if (asksFirst()) return hold(files);
    const [most, maxBytes] = [Number(place.dataset.most), Number(place.dataset.maxBytes)];
    let room = most - document.querySelectorAll(TAKEN).length - uploads.filter(({ state }) => state !== "refused").length;
    const leftOver = [];
    for (const file of files) {
      const refusal = refusalOf(file, maxBytes);
      if (refusal) add(file.name, file, "refused", refusal);
      else if (room-- > 0) add(file.name, file, "waiting");
      else leftOver.push(file);
    }
    if (leftOver.length) {
      const more = leftOver.length > 1 ? ` and ${window.locally.number(leftOver.length - 1)} more` : "";
      add(`${leftOver[0].name}${more}`, leftOver[0], "refused", `One face model takes ${photos(most)} at most. The others are safe.`);
    }
    goOn();
  };
  // Before the first photo the room asks whose face it is: what comes meanwhile waits here, unsent, for the answer.
  const held = [];
  const asksFirst = () => document.querySelector("[data-asks-first]");
  const hold = (files) => {
    held.push(...files);
    const words = document.getElementById("held-photos");
    words.textContent = `${photos(held.length)} will be added once you have answered.`;
    words.scrollIntoView({ block: "center" });
    watch(true);
  };
  const refusalOf = (file, maxBytes) => {
    const isKnown = TAKEN_KINDS.test(file.type) || TAKEN_ENDINGS.test(file.name) || (!file.type && !file.name.includes("."));
    if (!isKnown) return "This isn't a JPEG, PNG, WebP, AVIF or HEIC picture.";
    if (!file.size) return "This file is empty.";
    if (file.size > maxBytes) return window.locally.words(`This photo has ${Math.ceil(file.size / 2 ** 20)} MB; ${maxBytes / 2 ** 20} MB is the most.`);
    return "";
  };
  const add = (name, file, state, reason = "") => {
    const upload = { name, file, state, reason, draft: tray().dataset.draft, done: 0, tile: document.createElement("div") };
    upload.tile.className = "photo";
    upload.tile.setAttribute("role", "listitem");
    upload.tile.addEventListener("click", (event) => {
      if (event.target.closest("[data-dismisses]")) dismiss(upload);
      else if (event.target.closest("[data-retries]")) retry(upload);
    });
    uploads.push(upload);
    draw(upload);
    if (state === "waiting") preview(upload);
  };
  const forget = (upload) => {
    const at = uploads.indexOf(upload);
    if (at >= 0) uploads.splice(at, 1);
    upload.tile.remove();
  };
  const dismiss = (upload) => {
    forget(upload);
    upload.request?.abort();
    goOn();
  };
  const retry = (upload) => {
    Object.assign(upload, { state: "waiting", reason: "", done: 0 });
    draw(upload);
    goOn();
  };
  const retryAll = () => { for (const upload of uploads) if (upload.state === "interrupted") retry(upload); };

  // Sending: one request a photo, the file itself as the body; the session's cookie goes along.
  const goOn = () => {
    while (uploads.filter(({ state }) => state === "sending").length < AT_ONCE) {
      const next = uploads.find(({ state }) => state === "waiting");
      if (!next) break;
      send(next);
    }
    settle();
  };
  const send = (upload) => {
    const request = (upload.request = new XMLHttpRequest());
    const end = (state, outcome) => {
      if (request.status === 503) setTimeout(retryAll, AWAY_FOR_MS);
      Object.assign(upload, { state, request: null }, outcome);
      draw(upload);
      goOn();
    };
    request.open("POST", `/api/selfies?name=${encodeURIComponent(upload.file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => { upload.done = total ? loaded / total : 0; paint(upload); };
    request.onload = () => {
      const said = request.response ?? {};
      if (request.status === 201) end("landed", { id: said.id, done: 1 });
      else if (request.status >= 500 || [401, 408, 429].includes(request.status)) end("interrupted", { reason: request.status === 503 ? "Waits to be saved" : said.headline ?? "That didn't work" });
      else end("refused", { reason: window.locally.words([said.headline ?? "This photo wasn't taken", said.hint].filter(Boolean).join(". ")) });
    };
    request.onerror = () => end("interrupted", { reason: "Connection lost" });
    upload.state = "sending";
    draw(upload);
    request.send(upload.file);
  };

  // The tiles look like the room's own (rooms/train.css).
  const CROSS = '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18"/></svg>';
  const draw = (upload) => {
    const { tile, state, name, reason } = upload;
    tile.dataset.state = state;
    if (tile.dataset.drawn !== state) {
      tile.dataset.drawn = state;
      const words = state === "refused" ? '<span class="photo-reason"><strong></strong><span></span></span>' : '<span class="picture"></span>';
      const ring = state === "waiting" || state === "sending" ? '<progress class="photo-ring" max="1" value="0"></progress>' : "";
      const again = state === "interrupted" ? '<span class="photo-hint"></span><button type="button" class="button" data-retries>Try again</button>' : "";
      tile.innerHTML = `${words}${ring}${again}<button type="button" class="icon-button" data-dismisses>${CROSS}</button>`;
    }
    tile.querySelector("[data-dismisses]").setAttribute("aria-label", `Remove ${name}`);
    tile.querySelector(".photo-ring")?.setAttribute("aria-label", `Uploading ${name}`);
    if (state === "refused") {
      tile.querySelector("strong").textContent = name;
      tile.querySelector(".photo-reason > span").textContent = reason;
    } else if (state === "interrupted") tile.querySelector(".photo-hint").textContent = reason;
    paint(upload);
  };
  const paint = ({ tile, done, preview: address }) => {
    tile.style.setProperty("--done", done);
    if (address) tile.style.setProperty("--preview", `url("${address}")`);
    tile.toggleAttribute("data-previewed", Boolean(address));
    const ring = tile.querySelector(".photo-ring");
    if (ring) ring.value = done;
  };

  // A small picture of each, one after the other: thirty full ones would fill a phone's memory. HEIC has none here.
  let drawing = Promise.resolve();
  const preview = (upload) => {
    drawing = drawing.then(async () => {
      if (!isWanted(upload)) return;
      try {
        const bitmap = await createImageBitmap(upload.file, { resizeWidth: PREVIEW_WIDTH, resizeQuality: "medium" });
        const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
        canvas.getContext("2d").drawImage(bitmap, 0, 0);
        bitmap.close();
        const small = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.8); });
        upload.preview = URL.createObjectURL(small);
        paint(upload);
        if (upload.id) lend(upload, inRoom(upload.id));
      } catch {
        upload.tile.toggleAttribute("data-unseen", true);
      }
    });
  };
  const isWanted = (upload) => uploads.includes(upload) || (upload.id && inRoom(upload.id)?.dataset.state === "examining");
  // The room's own tile shows our small picture until it has its own, so that nothing flickers in between.
  const lend = ({ preview: address }, shown) => {
    if (!address || !shown) return;
    shown.style.setProperty("--preview", `url("${address}")`);
    setTimeout(() => { shown.style.removeProperty("--preview"); URL.revokeObjectURL(address); }, LENT_FOR_MS);
  };

  // Settling: tiles lie in the tray wherever React put it, and go when the room shows the photo itself.
  const settle = () => {
    const place = tray();
    tell();
    if (place && held.length && !asksFirst()) return choose(held.splice(0));
    for (const upload of place ? [...uploads] : []) {
      if (upload.state === "refused" && upload.draft !== place.dataset.draft) {
        forget(upload); // said about photos that are being learned by now
        continue;
      }
      if (upload.tile.parentElement !== place) place.append(upload.tile);
      if (upload.state !== "landed") continue;
      const shown = inRoom(upload.id);
      if (shown) handOver(upload, shown);
      else upload.ghost ??= setTimeout(() => { forget(upload); settle(); }, GHOST_AFTER_MS);
    }
    watch(uploads.length + held.length > 0);
  };
  const handOver = (upload, shown) => {
    clearTimeout(upload.ghost);
    lend(upload, shown);
    forget(upload);
  };
  const observer = new MutationObserver(settle);
  let isWatching = false;
  const watch = (shouldWatch) => {
    if (shouldWatch === isWatching) return;
    isWatching = shouldWatch;
    if (shouldWatch) observer.observe(document.body, { childList: true, subtree: true });
    else observer.disconnect();
  };

  // Nothing is started while photos are on their way: they would be missing from it.
  const tell = () => {
    const count = uploads.filter(isUnderway).length;
    if (count) root.dataset.uploading = count; else delete root.dataset.uploading;
    const place = document.getElementById("upload-words");
    const words = count ? `${photos(count)} on the way` : "";
    if (place && place.textContent !== words) place.textContent = words;
  };
  document.addEventListener("click", (event) => {
    if (!root.dataset.uploading || !event.target.closest?.("[data-starts]")) return;
    event.preventDefault();
    event.stopPropagation();
    window.studio?.toast({ headline: "One moment", hint: `${photos(Number(root.dataset.uploading))} still on the way.` });
  }, true);
  addEventListener("beforeunload", (event) => { if (root.dataset.uploading) event.preventDefault(); });
  addEventListener("online", retryAll);

  // Picker, drop, paste.
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-picks-photos]")) return;
    choose([...event.target.files]);
    event.target.value = ""; // so that the same photo can be chosen again
  });
  const holdsFiles = (event) => tray() && event.dataTransfer?.types.includes("Files");
  let hover;
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    root.toggleAttribute("data-dropping", true);
    clearTimeout(hover);
    hover = setTimeout(() => root.removeAttribute("data-dropping"), DRAG_GONE_AFTER_MS);
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    root.removeAttribute("data-dropping");
    choose([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!tray() || !files.length) return;
    event.preventDefault();
    choose(files);
  });
})();
