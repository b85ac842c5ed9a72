// The portal as a person uses it, in Chromium, in front of the real stack with the demo.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  call,
  launch,
  picture,
  ready,
  send,
  sharedNames,
  signIn,
  violations,
  visitor,
  waitFor,
} from "./support.mjs";

const PAGES = [
  ["home", "/"],
  ["e-mail-overview", "/messages"],
  ["rules", "/rules"],
  ["mailboxes", "/mailboxes"],
  ["mailbox", "/mailboxes/alice@acme.test"],
  ["partners", "/certificates"],
  ["authorities", "/certificates/authorities"],
  ["domains", "/domains"],
  ["settings", "/settings"],
  ["not-found", "/no/such/page"],
];

let browser;

before(async () => {
  browser = await launch();
  const { items } = await call("GET", "/routes");
  const { id, ...route } = items.find((item) => item.pattern === "acme.test");
  route.mailboxes.push("dave@acme.test", "erin@acme.test");
  await call("PUT", `/routes/${id}`, route);
});

after(() => browser.close());

test("a wrong password is told, and nobody gets in", async () => {
  const page = await visitor(browser);
  await page.goto("/");
  await page.getByLabel("E-mail address").fill(ready.admin.email);
  await page.getByLabel("Password").fill("not the password");
  await picture(page, "signin-light-1280");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("E-mail address or password is wrong.").waitFor();
  assert.deepEqual(await violations(page), []);
  await page.context().close();
});

test("two mailboxes are activated together", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.getByRole("link", { name: "Mailboxes" }).first().click();
  for (const address of ["dave@acme.test", "erin@acme.test"]) {
    await page.getByRole("row", { name: new RegExp(address) }).getByRole("checkbox").check();
  }
  await page.getByRole("region", { name: "Selection" }).getByRole("button", { name: "Activate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /Activate/ }).click();
  for (const address of ["dave@acme.test", "erin@acme.test"]) {
    await waitFor(async () => {
      const mailbox = await call("GET", `/mailboxes/${address}`);
      return mailbox.status === "active" && mailbox.certificate.source === "built_in_ca";
    });
  }
  await page.reload();
  await page.getByRole("row", { name: /dave@acme\.test.*Active/ }).waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("a certificate with its key is uploaded, revoked, renewed and requested anew", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/mailboxes/erin@acme.test");

  // The file is opened in the browser; only what is sealed leaves it.
  const sent = [];
  page.on("request", (request) => sent.push(request.postData() ?? ""));
  await page.getByRole("button", { name: "Upload with its key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Choose or drop a file").setInputFiles(pkcs12("erin@acme.test", "dragées"));
  await dialog.getByLabel("Password of the file").fill("wrong");
  await dialog.getByRole("button", { name: "Upload" }).click();
  await dialog.getByText("The password does not open the file.").waitFor();
  assert.deepEqual(await violations(page), []);
  await picture(page, "upload-light-1280");
  await dialog.getByLabel("Password of the file").fill("dragées");
  await page.keyboard.press("Enter");
  await waitFor(async () => (await call("GET", "/mailboxes/erin@acme.test")).certificate.source === "uploaded");
  await dialog.waitFor({ state: "hidden" });
  assert.ok(!sent.some((body) => body.includes("PRIVATE KEY") || body.includes("dragées")));

  // A certificate of another mailbox is refused in words.
  await page.getByRole("button", { name: "Upload with its key" }).click();
  await dialog.getByLabel("Choose or drop a file").setInputFiles(pkcs12("dave@acme.test", "secret"));
  await dialog.getByLabel("Password of the file").fill("secret");
  await page.keyboard.press("Enter");
  await dialog.getByText("The certificate names dave@acme.test, not erin@acme.test.").waitFor();
  await page.keyboard.press("Escape");

  // A reason that lies in the certificate: the built-in CA's takes its place.
  await page.getByRole("button", { name: /^Revoke: certificate valid until/ }).first().click();
  await dialog.getByLabel("Reason").selectOption("key_compromise");
  await dialog.getByText("gets a new one of the built-in CA").waitFor();
  assert.deepEqual(await violations(page), []);
  await picture(page, "revoke-light-1280");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("Somebody else may have the key").waitFor();
  await waitFor(async () => {
    const { status, certificate } = await call("GET", "/mailboxes/erin@acme.test");
    return status === "active" && certificate.source === "built_in_ca";
  });

  const { fingerprint } = (await call("GET", "/mailboxes/erin@acme.test")).certificate;
  await page.getByRole("button", { name: "Renew now" }).click();
  await waitFor(async () => {
    const { certificate } = await call("GET", "/mailboxes/erin@acme.test");
    return certificate.fingerprint !== fingerprint;
  });

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Make a request (CSR)" }).click();
  assert.equal((await download).suggestedFilename(), "erin@acme.test.csr");
  await page.getByText("waits for its certificate").waitFor();
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await sharedNames(page), []);
  // The browser logs each refusal as an error of its own.
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("422")), []);
  await page.context().close();
});

test("a rule shows what it would do before it is saved", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/rules");
  await page.getByLabel("From (managed)").fill("alice@acme.test");
  await page.getByLabel("To (external)").fill("frank@preview.test");
  // One sentence, once the facts about both addresses are known.
  const verdict = page.locator(".try-it .verdict[role=status]");
  await verdict.getByText("Signed", { exact: true }).waitFor();
  // Whom nobody knows is no error, which the browser would log.
  await page.getByLabel("From (managed)").fill("nobody@acme.test");
  await page.getByText("The sender is no known mailbox").waitFor();
  await page.getByLabel("From (managed)").fill("alice@acme.test");
  await verdict.getByText("Signed", { exact: true }).waitFor();

  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Preview only encrypted");
  await dialog.locator("#external-value").fill("preview.test");
  await dialog.getByLabel("Outgoing mail").selectOption("enforce_encryption");
  await dialog.getByRole("button", { name: "Put into draft" }).click();
  await verdict.getByText("Refused", { exact: true }).waitFor();
  await verdict.getByText("No key of the recipient is known.", { exact: false }).waitFor();
  const named = (list) => list.items.some((rule) => rule.name === "Preview only encrypted");
  assert.ok(!named(await call("GET", "/rules")), "the draft is live already");
  await picture(page, "rules-draft-light-1280");

  await page.getByRole("button", { name: "Review and publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
  await waitFor(async () => named(await call("GET", "/rules")));
  assert.equal((await call("GET", "/rules")).items[0].name, "Preview only encrypted");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("a mail that was sent is found in the overview, with its reason", async () => {
  const to = "gina@elsewhere.test";
  assert.match(await send("dave@acme.test", to, "Found again", "Hello Gina."), /^250 /);
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/messages");
  await page.getByRole("searchbox").fill(to);
  const row = page.getByRole("row", { name: new RegExp(to) });
  await row.getByText("Delivered").waitFor();
  await row.getByText("Signed").waitFor();
  await row.getByRole("link").first().click();
  await page.getByRole("region", { name: "What happened" }).waitFor();
  await page.getByText("Found-again@browser.test").waitFor();
  assert.deepEqual(await violations(page), []);
  await picture(page, "message-light-1280");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("rules are moved by keyboard alone, and the focus stays", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/rules");
  const names = () => page.locator(".rule .rule-name").allTextContents();
  await page.locator(".rule .rule-name").first().waitFor();
  const [first, second, ...rest] = await names();
  await page.getByRole("button", { name: first, exact: true }).focus();
  await page.keyboard.press("Alt+ArrowDown");
  await waitFor(async () => (await names())[0] === second);
  assert.deepEqual(await names(), [second, first, ...rest]);
  const down = page.getByRole("button", { name: new RegExp(`${first}.*down`, "i") });
  await down.focus();
  await page.keyboard.press("Enter");
  await waitFor(async () => (await names())[2] === first);
  await waitFor(() => down.evaluate((button) => button === document.activeElement));
  await page.getByRole("button", { name: "Discard" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Discard" }).focus();
  await page.keyboard.press("Enter");
  await waitFor(async () => (await names())[0] === first);
  await page.context().close();
});

test("a draft of rules survives a reload, and signing out ends it", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/rules");
  const name = await page.locator(".rule .rule-name").first().textContent();
  await page.getByRole("switch", { name: `“${name}” is on` }).click();
  const bar = page.getByRole("region", { name: "Review and publish" });
  await bar.getByText("1 changed").waitFor();
  await page.reload();
  await bar.getByText("1 changed").waitFor();

  // What somebody else publishes meanwhile is shown, not overruled.
  const { version } = await call("GET", "/rules");
  const { rule } = await call("POST", "/rules", {
    version,
    name: "Of somebody else",
    enabled: true,
    managed: { kind: "any" },
    external: { kind: "domain", value: "somebody.test" },
    inbound: "not_defined",
    outbound: "sign_only",
  });
  await page.reload();
  const dialog = page.getByRole("dialog", { name: "Somebody else published in the meantime" });
  await dialog.getByText("Of somebody else").waitFor();
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Put my draft on top" }).click();
  await bar.getByText("1 changed").waitFor();
  await page.getByRole("button", { name: "Of somebody else", exact: true }).waitFor();

  const kept = () => page.evaluate(() => sessionStorage.length);
  assert.equal(await kept(), 1);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Password").waitFor();
  assert.equal(await kept(), 0);
  await call("DELETE", `/rules/${rule.id}?version=${version + 1}`);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("settings are saved whole, and nobody's are lost", async () => {
  const before = await call("GET", "/settings");
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/settings");
  const confidential = page.getByRole("radio", { name: /^Signed, and the subject/ });
  await confidential.check();
  const days = page.getByLabel("Days that the e-mail overview keeps");
  await days.fill("5");
  await page.getByText("Enter a whole number from 7 to 400.").waitFor();
  const save = page.getByRole("button", { name: "Save", exact: true });
  await save.click();
  await waitFor(() => days.evaluate((field) => field === document.activeElement));
  assert.deepEqual(await call("GET", "/settings"), before, "it was saved with a fault");
  assert.deepEqual(await violations(page), []);
  await picture(page, "settings-fault-light-1280");

  await days.fill("120");
  await call("PUT", "/settings", { ...before, cipher: "aes-256-gcm" });
  await save.click();
  const dialog = page.getByRole("dialog", { name: "Somebody else saved in the meantime" });
  await dialog.getByText("AES-256-GCM").waitFor();
  await picture(page, "settings-stale-light-1280");
  await dialog.getByRole("button", { name: "Put my changes on top" }).click();
  await save.click();
  await page.getByText("The settings are saved and hold from the next message on.").waitFor();
  const after = await call("GET", "/settings");
  assert.deepEqual(after, {
    ...before,
    version: before.version + 2,
    cipher: "aes-256-gcm",
    header_protection: "confidential",
    retention_days: 120,
  });
  await page.reload();
  await waitFor(() => confidential.isChecked());
  await call("PUT", "/settings", { ...before, version: after.version });
  const faults = page.faults.filter((fault) => !fault.includes("409"));
  assert.deepEqual(faults, []);
  await page.context().close();
});

test("whoever may only look changes no setting", async () => {
  const reader = { email: "reader@acme.test", password: "reads and never writes" };
  const users = [{ ...reader, name: "Rita", may_write: false }];
  const setup = { id: ready.organisation, name: "Acme", users };
  await call("POST", "/operator/organisations", setup, ready.operator.token);
  const page = await visitor(browser);
  await signIn(page, reader);
  await page.goto("/settings");
  await page.getByText("You can look at everything here").waitFor();
  await page.getByRole("radio", { name: "AES-256-CBC" }).waitFor();
  assert.equal(await page.locator(".settings-form input:enabled").count(), 0);
  assert.deepEqual(await violations(page), []);
  await page.context().close();
});

test("a partner's certificate is blocked and trusted again", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/certificates");
  const row = page.getByRole("row", { name: /erika@partner\.test/ });
  await row.getByRole("button", { name: "Block erika@partner.test" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Block" }).click();
  await row.getByText("Blocked", { exact: true }).waitFor();
  assert.deepEqual(await violations(page), []);
  await picture(page, "partners-blocked-light-1280");
  await row.getByRole("button", { name: "Trust erika@partner.test" }).click();
  await row.getByText("Trusted", { exact: true }).waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("the language changes and is kept", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.getByLabel("Language").first().selectOption("de");
  await page.getByRole("link", { name: "Regeln" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Regeln" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Regeln" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "de");
  await page.context().close();
});

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`every page is accessible in ${scheme} at ${width} pixels`, async () => {
      const page = await visitor(browser, { scheme, width, height: width === 390 ? 844 : 900 });
      await signIn(page);
      const faults = [];
      for (const [name, path] of PAGES) {
        await page.goto(path);
        await page.locator("h1").waitFor();
        await page.waitForLoadState("networkidle");
        await picture(page, `${name}-${scheme}-${width}`);
        faults.push(...(await violations(page)).map((violation) => `${name}: ${violation}`));
        faults.push(...(await sharedNames(page)).map((shared) => `${name}: several buttons “${shared}”`));
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (overflow > 0) faults.push(`${name} scrolls sideways by ${overflow} pixels`);
      }
      assert.deepEqual(faults, []);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    });
  }
}

/** A PKCS#12 file with a self-signed certificate for a mailbox. */
function pkcs12(address, password) {
  const folder = mkdtempSync(join(tmpdir(), "sealgate-"));
  const openssl = (...args) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  openssl(
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "40", "-subj", `/CN=${address}`],
    ...["-addext", `subjectAltName=email:${address}`],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-addext", "keyUsage=critical,digitalSignature,keyEncipherment"],
    ...["-addext", "extendedKeyUsage=emailProtection"],
    ...["-keyout", "key.pem", "-out", "certificate.pem"],
  );
  openssl(
    ...["pkcs12", "-export", "-in", "certificate.pem", "-inkey", "key.pem"],
    ...["-passout", `pass:${password}`, "-out", "file.p12"],
  );
  return join(folder, "file.p12");
}
