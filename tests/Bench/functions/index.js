// The functions that the bench deploys, on Node.
const crypto = require("node:crypto");
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
