// The functions that the bench deploys, on Node.
const fs = require("node:fs");

exports.echo = async (event) => event;

exports.whoami = async () => ({ pid: process.pid, namespace: fs.readlinkSync("/proc/self/ns/pid") });
