// Keeps the shell at hand: built files for good, pages when there is no network. Nothing of a person's is ever kept here.
const BUILT = "built-1"; // hashed by the build: a name never changes its content
const SHELL = "shell-1"; // pages, styles, icons: the network first or at once refreshed
const KEEP_BUILT = 200;
const OFFLINE = "/offline.html";
const AT_HAND = [
  OFFLINE,
  "/js/early.js",
  "/css/tokens.css",
  "/css/base.css",
  "/css/parts/controls.css",
  "/css/parts/surfaces.css",
  "/css/parts/shell.css",
  "/icons/icon.svg",
];
const NOT_OURS = /^\/(_event|_upload|_health|ping|api|media|auth|mails|export)(\/|$)/;
const UNHASHED = /^\/(css|js|icons|showcase)\/|^\/manifest\.webmanifest$/;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(AT_HAND)));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== BUILT && name !== SHELL) await caches.delete(name);
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin || NOT_OURS.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(built(request));
  else if (UNHASHED.test(pathname)) event.respondWith(refreshed(event));
});

async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && answer.type === "basic" && !answer.redirected) await keep(SHELL, new URL(request.url).pathname, answer.clone());
    return answer;
  } catch {
    return (await caches.match(new URL(request.url).pathname)) ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function built(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    await keep(BUILT, request, answer.clone());
    await trim(BUILT, KEEP_BUILT);
  }
  return answer;
}

async function refreshed(event) {
  const kept = await caches.match(event.request);
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.ok) await keep(SHELL, event.request, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => {})); // without a network the kept one has to do
  return kept;
}

async function keep(name, key, answer) {
  await (await caches.open(name)).put(key, answer);
}

async function trim(name, most) {
  const cache = await caches.open(name);
  const keys = await cache.keys();
  for (const key of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(key);
}
