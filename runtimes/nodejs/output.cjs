// What a function prints: console.* in Lambda's form, written at once, so that it is in the pipe before the response.
'use strict';

const fs = require('fs');
const { format } = require('util');

const state = { requestId: undefined };
let muted = false;

// process.stdout and process.stderr are made when first touched, which costs milliseconds; only a function that writes
// to them itself pays for that, and from then on the console goes through them too, to keep the order.
const streams = {};
for (const name of ['stdout', 'stderr']) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get: () => (streams[name] ??= get.call(process)),
    set: (stream) => { streams[name] = stream; },
  });
}

/** Until the returned function is called, nothing is written. */
function mute() {
  muted = true;
  return () => { muted = false; };
}

function write(text) {
  if (muted) return;
  if (streams.stdout) {
    streams.stdout.write(text);
    return;
  }
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') return; // nobody reads any more
      process.stdout.write(bytes); // a full pipe that does not block: queue the rest
      return;
    }
  }
}

/** One record: a message's own newlines become carriage returns, so that it stays one line. */
function log(level, ...message) {
  const text = `${new Date().toISOString()}\t${state.requestId}\t${level}\t${format(...message)}`;
  write(text.replaceAll('\n', '\r') + '\n');
}

function patchConsole() {
  const levels = { log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE', fatal: 'FATAL' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...message) => log(level, ...message);
  }
}

/** Calls back once everything printed so far has left this process. */
function flushed(then) {
  const waiting = Object.values(streams).filter((stream) => stream.writableLength > 0);
  if (waiting.length === 0) {
    then();
    return;
  }
  let left = waiting.length;
  for (const stream of waiting) stream.write('', () => --left === 0 && then());
}

module.exports = { state, log, mute, patchConsole, flushed };
