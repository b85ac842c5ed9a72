// Domains and inbound routes as an administrator manages them, in front of the real stack.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call, launch, picture, ready, signIn, violations, visitor, waitFor } from "./support.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

/** Whether an element has the focus. */
const focused = (locator) => locator.evaluate((element) => element === document.activeElement);

test("a route is added with its mailboxes, changed without its password, and removed", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.getByRole("link", { name: "Domains" }).first().click();
  const add = page.getByRole("button", { name: "Add route" });
  await add.click();
  const dialog = page.getByRole("dialog");
  const save = dialog.getByRole("button", { name: "Save" });
  const pattern = dialog.getByLabel("Pattern");

  // Everything that is wrong is told at once, each at its field.
  await dialog.getByLabel("Port").fill("0");
  await dialog.getByLabel("Password").fill("hop hop");
  await save.click();
  for (const [label, text] of [
    ["Pattern", "Enter a domain, such as example.com."],
    ["Host name or IP address", "Enter the server's host name or IP address."],
    ["Port", "Enter a number from 1 to 65535."],
    ["User name", "Enter the user name that the password belongs to."],
  ]) {
    await waitFor(async () => (await described(page, dialog.getByLabel(label))) === text);
    assert.equal(await dialog.getByLabel(label).getAttribute("aria-invalid"), "true", label);
  }
  assert.ok(await focused(pattern), "the first field at fault has no focus");
  assert.deepEqual(await violations(page), []);
  await picture(page, "route-faults-light-1280");

  // A wildcard has no list of mailboxes, and says so.
  const mailboxes = dialog.getByLabel("Known mailboxes");
  await pattern.fill("*.branch.acme.test");
  await dialog.getByText("A route with a wildcard has no list of mailboxes", { exact: false }).waitFor();
  assert.equal(await mailboxes.count(), 0);

  // What the edge refuses is told at the field as well.
  await pattern.fill("acme.test");
  await dialog.getByLabel("Host name or IP address").fill("mx.branch.acme.test");
  await dialog.getByLabel("Port").fill("25");
  await dialog.getByLabel("User name").fill("gateway");
  await save.click();
  await waitFor(async () => (await described(page, pattern)) === "There is a route with this pattern.");
  assert.ok(await focused(pattern));

  await pattern.fill("branch.acme.test");
  await mailboxes.fill("fred@branch.acme.test, alice@acme.test");
  await save.click();
  await waitFor(async () => /no addresses of branch\.acme\.test: alice@acme\.test/.test(await described(page, mailboxes)));
  await mailboxes.fill("Fred <fred@branch.acme.test>; greta@branch.acme.test\nFRED@branch.acme.test");
  await dialog.getByText("2 mailboxes · 1 duplicate left out · not read: Fred").waitFor();
  await dialog.getByLabel("TLS").selectOption({ label: "From the start (implicit TLS)" });
  assert.equal(await dialog.getByLabel("Port").inputValue(), "465");
  await picture(page, "route-light-1280");
  await save.click();
  await page.getByText("The route of branch.acme.test is added.").waitFor();
  const row = page.getByRole("row", { name: /^branch\.acme\.test/ });
  const change = row.getByRole("button", { name: "Change branch.acme.test" });
  await waitFor(() => focused(change));
  await row.getByText("signs in as gateway").waitFor();

  // They are on the S/MIME list now.
  await row.getByRole("link", { name: "2 mailboxes" }).click();
  await page.getByRole("heading", { level: 1, name: "Mailboxes" }).waitFor();
  await page.getByRole("row", { name: /fred@branch\.acme\.test.*Inactive/ }).waitFor();
  await page.getByRole("row", { name: /greta@branch\.acme\.test.*Inactive/ }).waitFor();
  assert.equal(await page.getByLabel("Filter by domain").inputValue(), "branch.acme.test");
  await page.goBack();

  // The password is neither shown nor sent, and stays.
  await change.click();
  assert.equal(await dialog.getByLabel("Password").inputValue(), "");
  assert.equal(await described(page, dialog.getByLabel("Password")), "Unchanged when left empty. It is never shown.");
  await mailboxes.fill("fred@branch.acme.test");
  const sent = page.waitForRequest((request) => request.method() === "PUT");
  await page.keyboard.press("Tab");
  await save.click();
  const { next_hop: hop } = (await sent).postDataJSON();
  assert.deepEqual(hop, { host: "mx.branch.acme.test", port: 465, tls: "implicit", username: "gateway" });
  await row.getByRole("link", { name: "1 mailbox", exact: true }).waitFor();
  await waitFor(() => focused(change));
  assert.deepEqual(await violations(page), []);

  // Who cancels is back where they were.
  const remove = row.getByRole("button", { name: "Remove the route of branch.acme.test" });
  await remove.click();
  await dialog.getByText("Its known mailbox leaves the S/MIME list.").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await waitFor(() => focused(remove));
  await remove.press("Enter");
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await row.waitFor({ state: "detached" });
  await waitFor(() => focused(page.getByRole("heading", { name: "Inbound routes" })));
  const { items } = await call("GET", "/mailboxes?domain=branch.acme.test");
  assert.deepEqual(items, []);
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("422")), []);
  await page.context().close();
});

test("a route whose mailboxes hold seats stays", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/domains");
  await page.getByRole("button", { name: "Remove the route of acme.test" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await dialog.getByText(/mailboxes of this route hold a seat: deactivate them first/).waitFor();
  assert.deepEqual(await violations(page), []);
  await picture(page, "route-held-light-1280");
  await page.keyboard.press("Escape");
  await page.getByRole("row", { name: /^acme\.test/ }).last().waitFor();
  assert.ok((await call("GET", "/routes")).items.some((route) => route.pattern === "acme.test"));
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("409")), []);
  await page.context().close();
});

test("a domain is added, shows its TXT record, is checked and removed", async () => {
  const page = await visitor(browser);
  await signIn(page);
  await page.goto("/domains");
  const add = page.getByRole("button", { name: "Add domain" });
  await add.click();
  const dialog = page.getByRole("dialog");
  const field = dialog.getByLabel("Domain");
  const submit = dialog.getByRole("button", { name: "Add domain" });
  for (const [typed, said] of [
    ["", "Enter a domain, such as example.com."],
    ["no domain", "This is no valid domain name."],
    ["acme.test", "acme.test is among the domains already."],
  ]) {
    await field.fill(typed);
    await submit.click();
    await waitFor(async () => (await described(page, field)) === said);
    assert.ok(await focused(field), `the field has no focus after “${typed}”`);
  }
  assert.deepEqual(await violations(page), []);
  await picture(page, "domain-fault-light-1280");
  await page.keyboard.press("Escape");
  await waitFor(() => focused(add));

  await add.press("Enter");
  await field.fill("Bücher.Test");
  await page.keyboard.press("Enter");
  await page.getByText("bücher.test is added.", { exact: false }).waitFor();
  const row = page.getByRole("row", { name: /^bücher\.test/ });
  await row.getByText("Not verified", { exact: true }).waitFor();
  const check = row.getByRole("button", { name: "Check now: bücher.test" });
  await waitFor(() => focused(check));

  // The record is the edge's, to be copied as it stands.
  const { items } = await call("GET", "/domains");
  const item = items.find(({ domain }) => domain === "xn--bcher-kva.test");
  await row.getByText(item.txt_name, { exact: true }).waitFor();
  await row.getByText(item.txt_value, { exact: true }).waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await row.getByRole("button", { name: /^Copy/ }).nth(1).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), item.txt_value);
  // The frame knows it too.
  await page.getByRole("link", { name: "Domains 3" }).waitFor();

  await check.press("Enter");
  await page.getByText("bücher.test was checked: Not verified.").waitFor();
  await waitFor(() => focused(check));
  assert.deepEqual(await violations(page), []);
  await picture(page, "domains-unverified-light-1280");

  await row.getByRole("button", { name: "Remove bücher.test" }).click();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await row.waitFor({ state: "detached" });
  await waitFor(() => focused(page.getByRole("heading", { name: "Your domains" })));
  await page.getByRole("link", { name: "Domains 2" }).waitFor();
  const left = (await call("GET", "/domains")).items.map(({ domain }) => domain);
  assert.deepEqual(left, ["acme.test", "lab.acme.test"]);
  assert.deepEqual(page.faults.filter((fault) => !fault.includes("409")), []);
  await page.context().close();
});

test("whoever may only look sees domains and routes, and changes none", async () => {
  const reader = { email: "looker@acme.test", password: "looks and never writes" };
  const users = [{ ...reader, name: "Lola", may_write: false }];
  const setup = { id: ready.organisation, name: "Acme", users };
  await call("POST", "/operator/organisations", setup, ready.operator.token);
  const page = await visitor(browser);
  await signIn(page, reader);
  await page.goto("/domains");
  await page.getByText("You can look at everything here").waitFor();
  await page.getByRole("row", { name: /^\*\.lab\.acme\.test/ }).waitFor();
  await page.getByRole("row", { name: /^acme\.test Verified/ }).waitFor();
  assert.equal(await page.locator("main button:enabled:not([aria-label^=Copy])").count(), 0);
  assert.deepEqual(await violations(page), []);
  await picture(page, "domains-reader-light-1280");
  await page.context().close();
});

/** What is said below a field. */
async function described(page, field) {
  const id = await field.getAttribute("aria-describedby");
  return page.locator(`[id="${id}"]`).textContent();
}
