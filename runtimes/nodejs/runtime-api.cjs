// The Runtime API over one kept-alive HTTP/1.1 connection, parsed by hand: Node's http module costs twice the latency.
'use strict';

const net = require('net');

const PREFIX = '/2018-06-01/runtime/';
const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';
const END_OF_HEAD = '\r\n\r\n';
const EMPTY = Buffer.alloc(0);
/** The largest response the node takes, in bytes: whole, and streamed. */
const LARGEST_BODY = 6_291_556;
const LARGEST_STREAM = 209_715_200;
/** How much of an error's JSON fits behind a streamed response, in bytes: trailers have a header's bounds. */
const LARGEST_TRAILER = 16_384;

class RuntimeApi {
  /**
   * @param address host:port
   * @param events onInvocation(headers, body) with lower-case names, onAccepted(), onHungUp(), onFailed(message)
   */
  constructor(address, events) {
    const colon = address.lastIndexOf(':');
    this.host = address.slice(0, colon);
    this.port = Number(address.slice(colon + 1));
    this.events = events;
    this.nextRequest = `GET ${PREFIX}invocation/next HTTP/1.1\r\nHost: ${address}\r\n\r\n`;
    this.postTail = ` HTTP/1.1\r\nHost: ${address}\r\nContent-Type: application/json\r\n`;
    this.everConnected = false;
    this.connect();
  }

  connect() {
    this.received = EMPTY;
    this.awaited = 1; // a reply's length, as soon as its head is read
    // What each reply still to come answers, in order: 'post' or 'next'.
    this.expected = [];
    const socket = net.connect({ host: this.host, port: this.port, noDelay: true });
    this.socket = socket;
    socket.unref();
    socket.on('data', (data) => this.read(data));
    socket.on('connect', () => { this.everConnected = true; });
    socket.on('close', () => {
      if (this.socket === socket) this.closed();
    });
    socket.on('error', () => {}); // 'close' follows
  }

  askNext() {
    this.socket.ref();
    this.expected.push('next');
    this.socket.write(this.nextRequest, 'latin1');
  }

  /** Sends an outcome and, with thenNext, asks for the next invocation in the same write. */
  post(path, body, errorType, thenNext) {
    const type = errorType === undefined ? '' : `${ERROR_TYPE}: ${headerText(errorType)}\r\n`;
    this.postedBytes = Buffer.byteLength(body);
    this.limit = LARGEST_BODY;
    const head = `POST ${PREFIX}${path}${this.postTail}${type}Content-Length: ${this.postedBytes}${END_OF_HEAD}`;
    this.socket.ref();
    this.expected.push('post');
    if (thenNext) this.expected.push('next');
    this.socket.write(thenNext ? head + body + this.nextRequest : head + body, 'utf8');
  }

  /** Begins a response that is written bit by bit. A node that has had enough of it hangs up: the rest is dropped. */
  beginStream(path, contentType) {
    const socket = this.socket;
    let ended = false;
    const isOpen = () => !ended && socket === this.socket && !socket.destroyed;
    this.postedBytes = 0;
    this.limit = LARGEST_STREAM;
    this.expected.push('post');
    socket.write(`POST ${PREFIX}${path} HTTP/1.1\r\nHost: ${this.host}:${this.port}\r\nContent-Type: ${headerText(contentType)}\r\n`
      + `Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\nTrailer: ${ERROR_TYPE}, ${ERROR_BODY}${END_OF_HEAD}`);
    return {
      write: (chunk, done) => {
        if (!isOpen() || chunk.length === 0) return done();
        this.postedBytes += chunk.length;
        socket.cork();
        socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
        socket.write(chunk);
        socket.write('\r\n', 'latin1', () => done());
        socket.uncork();
      },
      end: (error) => {
        if (!isOpen()) return;
        ended = true;
        socket.ref();
        socket.write(`0\r\n${error ? errorTrailers(error) : ''}\r\n`, 'latin1');
      },
    };
  }

  /** The node stops reading an outcome over its limit, answers the caller by itself, and may hang up on us. */
  closed() {
    if (!this.everConnected) {
      this.events.onFailed(`The Runtime API at ${this.host}:${this.port} cannot be reached.`);
      return;
    }
    if (this.expected[0] === 'post' && this.postedBytes > this.limit) {
      this.expected.shift();
      this.accepted(true);
    } else {
      this.events.onHungUp();
    }
  }

  read(data) {
    this.received = this.received.length === 0 ? data : Buffer.concat([this.received, data]);
    for (let reply = this.takeReply(); reply !== null; reply = this.takeReply()) {
      this.handle(reply);
    }
  }

  takeReply() {
    // A body still arriving: nothing to look at before it is whole.
    if (this.received.length < this.awaited) return null;
    const end = this.received.indexOf(END_OF_HEAD);
    if (end < 0) return null;
    const lines = this.received.latin1Slice(0, end).split('\r\n');
    const headers = {};
    for (let i = 1; i < lines.length; i++) {
      const colon = lines[i].indexOf(':');
      headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
    }
    const start = end + END_OF_HEAD.length;
    const stop = start + Number(headers['content-length'] ?? 0);
    if (this.received.length < stop) {
      this.awaited = stop;
      return null;
    }
    this.awaited = 1;
    const body = this.received.utf8Slice(start, stop);
    this.received = this.received.length === stop ? EMPTY : this.received.subarray(stop);
    return { status: Number(lines[0].slice(9, 12)), headers, body };
  }

  handle({ status, headers, body }) {
    if (this.expected.shift() === 'next') {
      if (status !== 200) return this.events.onFailed(`The Runtime API answered ${status} to next.`);
      // While the function runs, only its own work keeps the event loop alive.
      this.socket.unref();
      return this.events.onInvocation(headers, body);
    }
    if (status !== 202 && status !== 413) return this.events.onFailed(`The Runtime API answered ${status}.`);
    this.accepted(status === 413 && headers.connection?.toLowerCase() === 'close');
  }

  accepted(reconnects) {
    this.events.onAccepted();
    const asksNext = this.expected.length > 0;
    if (!asksNext) this.socket.unref(); // The handler goes on, behind its response.
    if (!reconnects) return;
    this.connect();
    if (asksNext) this.askNext();
  }
}

/** A stack that is too long for a trailer is left out, and so is what else there is too much of. */
function errorTrailers(report) {
  let json = JSON.stringify(report);
  if (Buffer.byteLength(json) > LARGEST_TRAILER) {
    json = JSON.stringify({ errorType: report.errorType, errorMessage: String(report.errorMessage).slice(0, LARGEST_TRAILER / 8), trace: [] });
  }
  return `${ERROR_TYPE}: ${headerText(report.errorType)}\r\n${ERROR_BODY}: ${Buffer.from(json).toString('base64')}\r\n`;
}

function headerText(text) {
  return String(text).replace(/[^ -~]/g, '?');
}

module.exports = { RuntimeApi };
