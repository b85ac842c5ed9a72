# workerd with the probe, at the compatibility date of wrangler.toml, which includes nodejs_compat.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "probe", worker = .probe)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "probe")],
);

const probe :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "probe_bg.wasm", wasm = embed "probe_bg.wasm"),
  ],
  compatibilityDate = "2026-10-01",
);
