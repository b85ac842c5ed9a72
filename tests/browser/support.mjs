// What the tests of the portal stand on: a browser, the API, an SMTP client.
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const ready = JSON.parse(process.env.SEALGATE_READY);
const screens = process.env.SCREENS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Chromium, without the services of its maker. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-gpu",
      "--disable-quic",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** A page of a person of its own; what the page throws or logs as an error lands in `faults`. */
export async function visitor(browser, { scheme = "light", width = 1280, height = 900 } = {}) {
  const context = await browser.newContext({
    baseURL: ready.portal,
    colorScheme: scheme,
    locale: "en-GB",
    viewport: { width, height },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    // Before the sign-in the session's 401 is an answer, not a fault.
    if (message.type() === "error" && !message.text().includes("401")) page.faults.push(message.text());
  });
  return page;
}

/** Signs in, as the administrator of the ready line unless as somebody else. */
export async function signIn(page, { email, password } = ready.admin) {
  await page.goto("/");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: /Good (morning|afternoon|evening)/ }).waitFor();
}

/** Calls the API, with the token of the ready line unless with another. */
export async function call(method, path, body, token = ready.token) {
  const reply = await fetch(ready.api + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}

/** Sends a message to the relay for outgoing mail; the last reply line. */
export async function send(from, to, subject, body) {
  const [host, port] = ready.relay_outbound.split(":");
  const socket = connect({ host, port: Number(port) });
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const reply = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error("the relay closed the connection");
      if (value[3] !== "-") return value;
    }
  };
  const say = async (text) => {
    socket.write(`${text}\r\n`);
    return reply();
  };
  await reply();
  await say("EHLO browser.test");
  await say(`MAIL FROM:<${from}>`);
  await say(`RCPT TO:<${to}>`);
  await say("DATA");
  const id = `<${subject.replaceAll(" ", "-")}@browser.test>`;
  const head = `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: ${id}\r\n`;
  const last = await say(`${head}\r\n${body}\r\n.`);
  await say("QUIT");
  socket.end();
  return last;
}

/** What axe finds on the page, as lines; the rules are those of WCAG 2.2 AA and best practice. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  return found.violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary}`),
  );
}

/** Names that several buttons of the page share, so that nobody who hears them can tell them apart. */
export async function sharedNames(page) {
  const names = await page.locator("main button:visible").evaluateAll((buttons) =>
    buttons.map((button) => button.ariaLabel ?? button.textContent.trim()),
  );
  return names.filter((name, place) => names.indexOf(name) !== place);
}

/** Keeps a picture of the page. */
export async function picture(page, name) {
  await page.screenshot({ path: join(screens, `${name}.png`), fullPage: false });
}

/** Waits until it holds. */
export async function waitFor(holds, timeout = 15_000) {
  const deadline = Date.now() + timeout;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeout} ms in vain for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
