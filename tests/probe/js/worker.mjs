// The probe: the engine in workerd, beside its rival and beside what the platform's bare functions cost.
//
//   PUT  /octets/NAME   keeps the body under a name
//   GET  /octets/NAME   gives it back
//   POST /run           runs an operation a number of times; see `run`
//   POST /judge         what is found in a message; see src/verdict.rs
//   POST /call          one call of the provider; see src/primitive.rs
import * as limit from "./limit.mjs";
import * as pkijs from "./pkijs.mjs";
import * as sealgate from "./sealgate.mjs";

const contestants = { limit, pkijs, sealgate };

// What was put here; the message, keys and certificates of a run are names of it.
const kept = new Map();

function octets(name) {
  const found = kept.get(name);
  if (found === undefined) throw new Error(`nothing is kept under ${name}`);
  return found;
}

// {contestant, operation, times, fresh, result, ...names of the operation's arguments}: the answer tells
// how large the result is, which is kept where `result` names a place.
async function run({ contestant, operation, times, fresh, result, ...names }) {
  if (fresh) sealgate.renew();
  const given = Object.entries(names).map(([argument, name]) => [argument, octets(name)]);
  const prepared = contestants[contestant].prepare(operation, Object.fromEntries(given));
  let made;
  for (let round = 0; round < times; round++) made = await prepared();
  if (result) kept.set(result, made);
  return { octets: made.length, memory: sealgate.memory() };
}

async function answer(request) {
  const [, door, name] = new URL(request.url).pathname.split("/");
  if (door === "octets" && request.method === "PUT") {
    kept.set(name, new Uint8Array(await request.arrayBuffer()));
    return new Response();
  }
  if (door === "octets") return new Response(octets(name));
  if (door === "run") return Response.json(await run(await request.json()));
  const question = new Uint8Array(await request.arrayBuffer());
  if (door === "judge") return new Response(sealgate.judge(question));
  if (door === "call") return new Response(sealgate.call(question));
  return new Response("no such door", { status: 404 });
}

export default {
  async fetch(request) {
    try {
      return await answer(request);
    } catch (error) {
      return new Response(`${error?.message ?? error}`, { status: 500 });
    }
  },
};
