// An OpenID provider for test_oidc_browser.py. Whoever types a name is that person, and their address is
// <name>@example.com; it is verified unless the name begins with "unverified".
// Arguments: its port, the one callback it knows, and where its modules are.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [port, callback, modules] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(createRequire(`${modules}/`).resolve("oidc-provider")));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "studio", client_secret: "a secret of forty letters, known to both", redirect_uris: [callback] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ["a key for its cookies"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id.toLowerCase()}@example.com`,
      email_verified: !id.startsWith("unverified"),
      name: id,
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
