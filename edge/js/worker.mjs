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

export default class extends WorkerEntrypoint {
  fetch(request) {
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
