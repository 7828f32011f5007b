// Replicate's official JavaScript client lives the darkroom's whole story and prints what it saw, as JSON.
// node story.mjs FOLDER_WITH_NODE_MODULES BASE_URL < photos.zip      (the token in REPLICATE_API_TOKEN)

import { createRequire } from "node:module";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const [modules, base] = process.argv.slice(2);
const Replicate = createRequire(`${modules}/`)("replicate");
const { validateWebhook } = Replicate;

const replicate = new Replicate({ auth: process.env.REPLICATE_API_TOKEN, baseUrl: `${base}/v1` });
const secret = await replicate.webhooks.default.secret.get();

const heard = [];
const ear = createServer(async (request, response) => {
  const body = (await buffer(request)).toString();
  const isValid = await validateWebhook({ headers: request.headers, body }, secret.key);
  const isForged = await validateWebhook({ headers: request.headers, body: `${body} ` }, secret.key);
  const { id, status, output } = JSON.parse(body);
  heard.push({ id, status, outputs: Array.isArray(output) ? output.length : 0, isValid, isForged });
  response.writeHead(204).end();
});
await new Promise((listening) => ear.listen(0, "127.0.0.1", listening));
const webhook = `http://127.0.0.1:${ear.address().port}/hook`;

const account = await replicate.accounts.current();
await replicate.models.create(account.username, "faces", { visibility: "private", hardware: "cpu" });
const refusal = await replicate.models
  .create(account.username, "faces", { visibility: "private", hardware: "cpu" })
  .catch((error) => ({ status: error.response.status }));

const photos = new Blob([await buffer(process.stdin)], { type: "application/zip" });
const file = await replicate.files.create(photos, { from: "javascript" });
const trainer = await replicate.models.get("darkroom", "face-trainer");
const training = await replicate.trainings.create("darkroom", "face-trainer", trainer.latest_version.id, {
  destination: `${account.username}/faces`,
  input: { input_images: file.urls.get, seed: 7 },
  webhook,
});
const trained = await replicate.wait(training, { interval: 50 });

const prediction = await replicate.predictions.create({
  version: trained.output.version.split(":")[1],
  input: { num_outputs: 2, style: "noir", output_format: "png" },
  webhook,
  webhook_events_filter: ["output", "completed"],
});
const finished = await replicate.wait(prediction, { interval: 50 });

// `run` waits for the end by `Prefer: wait`. It wraps https outputs only into streams; a darkroom's are http.
const pictures = await replicate.run(trained.output.version, { input: { num_outputs: 2, output_format: "png" } });
const first = Buffer.from(await (await fetch(pictures[0])).arrayBuffer());

// Needs `urls.stream`, and throws without it.
const streamed = [];
for await (const { event } of replicate.stream(trained.output.version, { input: { num_outputs: 2 } })) {
  if (event !== "logs") streamed.push(event);
}

const listed = [];
for await (const page of replicate.paginate(replicate.predictions.list)) listed.push(...page);

while (heard.filter(({ status }) => status === "succeeded").length < 2) {
  await new Promise((resume) => setTimeout(resume, 20));
}
ear.close();
ear.closeAllConnections();

console.log(
  JSON.stringify({
    account: account.username,
    refusal,
    file: { metadata: file.metadata, size: file.size },
    training: { status: trained.status, logs: trained.logs },
    prediction: { status: finished.status, outputs: finished.output.length },
    picture: { isPng: first.subarray(1, 4).toString() === "PNG", count: pictures.length },
    streamed,
    listed: listed.map(({ id }) => id),
    ids: { training: training.id, prediction: prediction.id },
    heard,
  }),
);
