// The entry that workerd starts: hands each event to the Wasm function of the same name, and
// replaces the Wasm instance after a panic. A panic aborts, which leaves memory half written, so
// the instance must serve nobody else; its requests fail, the next request finds a fresh one.
import { WorkerEntrypoint } from "cloudflare:workers";
import * as wasm from "./edge.js";

// Set by the panic hook of the crate `worker`; here for what traps without a panic.
const state = wasm.__worker_init_state();

function noteTrap(error) {
  if (error instanceof WebAssembly.RuntimeError) state.criticalError = true;
}

// A trap while a future is polled reaches no caller.
addEventListener("error", (event) => noteTrap(event.error));

async function hand(event, argument, { env, ctx }) {
  if (state.criticalError) {
    console.log("replacing the Wasm instance after a panic");
    wasm.__wbg_reset_state();
    state.criticalError = false;
  }
  try {
    return await wasm[event](argument, env, ctx);
  } catch (error) {
    noteTrap(error);
    throw error;
  }
}

// Where the variable EMAIL_EVENT is `on`, on a developer's machine, an HTTP request is mail: what the
// platform's own local endpoint does, which refuses the null sender that every bounce has.
const EMAIL_EVENT_PATH = "/api/v1/test/email";

async function emailByHttp(request, url, entry) {
  const raw = await request.arrayBuffer();
  let reason;
  const message = {
    from: url.searchParams.get("from") ?? "",
    to: url.searchParams.get("to") ?? "",
    headers: new Headers(),
    raw: new Response(raw).body,
    rawSize: raw.byteLength,
    setReject(text) {
      reason = text;
    },
  };
  try {
    await hand("email", message, entry);
  } catch (error) {
    return new Response(`451 ${error.message}\n`, { status: 503 });
  }
  if (reason === undefined) return new Response("250 taken\n");
  return new Response(`550 ${reason}\n`, { status: 400 });
}

export default class extends WorkerEntrypoint {
  fetch(request) {
    if (this.env.EMAIL_EVENT === "on" && request.method === "POST") {
      const url = new URL(request.url);
      if (url.pathname === EMAIL_EVENT_PATH) return emailByHttp(request, url, this);
    }
    return hand("fetch", request, this);
  }

  email(message) {
    return hand("email", message, this);
  }

  scheduled(controller) {
    return hand("scheduled", controller, this);
  }

  queue(batch) {
    return hand("queue", batch, this);
  }
}
