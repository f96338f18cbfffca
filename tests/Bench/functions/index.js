// The functions that the bench deploys, on Node.
const crypto = require("node:crypto");
const events = require("node:events");
const fs = require("node:fs");

// Another one in each environment.
const mark = crypto.randomUUID();

exports.echo = async (event) => event;

exports.whoami = async () => ({ pid: process.pid, namespace: fs.readlinkSync("/proc/self/ns/pid"), mark });

// Ends as the event says: "answer", "exit", "hog" (of memory) or "sleep".
exports.end = async (event) => {
  if (event === "exit") process.exit(3);
  if (event === "hog") return Array.from({ length: 64 }, () => Buffer.alloc(64 << 20, 1)).length;
  if (event === "sleep") await new Promise((resolve) => setTimeout(resolve, 30000));
  fs.appendFileSync("/tmp/note", "here\n");
  return event;
};

// Streams as many bytes as the event says. The name is the runtime's; what only loads this file has none.
exports.stream = globalThis.awslambda?.streamifyResponse(async (bytes, out) => {
  const chunk = Buffer.alloc(65536, "x");
  for (let left = bytes; left > 0; left -= chunk.length) {
    if (!out.write(left < chunk.length ? chunk.subarray(0, left) : chunk)) await events.once(out, "drain");
  }
  out.end();
});
