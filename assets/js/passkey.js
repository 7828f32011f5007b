// Passkeys: signs in with one, from a button or from the address field, alone or after a password; and adds one.
// Everything listens on the document. The sign-in page's button stays hidden where the browser has no passkeys.
(() => {
  const Key = window.PublicKeyCredential;
  const can = Boolean(Key?.parseRequestOptionsFromJSON && Key.parseCreationOptionsFromJSON);

  const LOST = { headline: "We can't reach the studio", hint: "Nothing was changed. Please try again in a moment." };
  // What browsers call it, and what it means. A person who changed their mind needs no words.
  const WORDS = {
    InvalidStateError: { headline: "This device has a passkey for you already", hint: "Nothing was changed." },
    SecurityError: { headline: "Passkeys don't work at this address", hint: "Open the studio by its own name and try again there." },
  };
  const NONE = { headline: "This browser has no passkeys", hint: "Try a newer one, at the studio's own name and by https." };
  const OTHERWISE = { headline: "That didn't work", hint: "Nothing was changed. Please try again, or sign in another way." };

  const ask = async (path, body) => {
    const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) };
    const answer = await fetch(`/auth/passkeys/${path}`, sent).catch(() => { throw LOST; });
    const said = await answer.json().catch(() => { throw LOST; });
    if (!answer.ok) throw said;
    return said;
  };

  const say = (error, button) => {
    if (error.name === "AbortError" || error.name === "NotAllowedError") return;
    const words = error.headline ? error : (WORDS[error.name] ?? OTHERWISE);
    const place = button?.parentElement.querySelector("[data-passkey-says]");
    if (place) place.textContent = `${words.headline}. ${words.hint}`;
    else window.studio?.toast({ ...words, kind: "error" });
  };

  // One question at a time: the one in the address field waits quietly and gives way to the button.
  let waiting;
  const open = async (path, mediation) => {
    waiting?.abort();
    const mine = (waiting = new AbortController());
    const publicKey = Key.parseRequestOptionsFromJSON(await ask("sign-in/begin"));
    const credential = await navigator.credentials.get({ publicKey, mediation, signal: mine.signal });
    const said = await ask(path, credential.toJSON());
    location.assign(said.next);
  };
  const toSignIn = (next) => `sign-in?next=${encodeURIComponent(next)}`;

  const add = async (next) => {
    const publicKey = Key.parseCreationOptionsFromJSON(await ask("add/begin"));
    const credential = await navigator.credentials.create({ publicKey });
    const said = await ask("add", credential.toJSON());
    if (next) return location.assign(next);
    window.studio?.toast({ headline: "Passkey added", hint: `It is called ${said.name}; you can give it another name.`, name: said.name, kind: "good" });
  };

  const signInAgain = (why) => location.assign(`/auth/sign-in?again=yes&trouble=${why}&next=${encodeURIComponent(location.pathname)}`);

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-passkey]") : null;
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    try {
      if (!can) throw NONE;
      const { passkey, next } = button.dataset;
      await (passkey === "add" ? add(next) : open(passkey === "second" ? passkey : toSignIn(next)));
    } catch (error) {
      if (["NotFresh", "OnlyVouchedFor", "SignedOut"].includes(error.why)) signInAgain(error.why);
      else say(error, button);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });

  // In the address field, where the browser offers that; asked anew before the question grows old.
  const ANEW_MS = 4 * 60 * 1000;
  const offer = async () => {
    const button = document.querySelector('[data-passkey="sign-in"]');
    if (!button || !can) return;
    button.hidden = false;
    if (!(await Key.isConditionalMediationAvailable?.())) return;
    const again = setTimeout(offer, ANEW_MS);
    try {
      await open(toSignIn(button.dataset.next), "conditional");
    } catch (error) {
      if (error.name !== "AbortError") clearTimeout(again);
      if (error.why && error.why !== "NoPasskeysHere") say(error, button);
    }
  };
  offer();
  for (const button of document.querySelectorAll('[data-passkey="second"]')) button.hidden = !can;
})();
