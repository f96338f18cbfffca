// Responses that a handler writes bit by bit: `awslambda`, which wraps such handlers, the stream they write to, and their
// invocations. Source: developer guide, "Response streaming", and AWS's published helpers' names.
'use strict';

const { Writable } = require('stream');
const { Invocation } = require('./invocation.cjs');
const output = require('./output.cjs');
const errors = require('./errors.cjs');

const STREAMS = Symbol.for('aws.lambda.runtime.handler.streaming');
const HTTP_RESPONSE = 'application/vnd.awslambda.http-integration-response';
/** Between an HTTP response's metadata and its body. */
const END_OF_PRELUDE = Buffer.alloc(8);
/** Where what is written comes too late. */
const NOWHERE = { write: (_, done) => done(), end() {} };

globalThis.awslambda = {
  streamifyResponse(handler) {
    handler[STREAMS] = 'response';
    return handler;
  },
  HttpResponseStream: class {
    /** Puts status code, headers and cookies before what is written to the stream. */
    static from(stream, metadata) {
      stream.setContentType(HTTP_RESPONSE);
      stream.prelude = Buffer.concat([Buffer.from(JSON.stringify(metadata)), END_OF_PRELUDE]);
      return stream;
    }
  },
};

class ResponseStream extends Writable {
  /** @param open called with the content type before the first byte: sends the response's head, gives its body */
  constructor(open) {
    super();
    this.open = open;
    this.contentType = 'application/octet-stream';
    this.prelude = undefined;
    this.body = undefined;
  }

  setContentType(type) {
    if (this.body) throw new Error('The content type has to be set before the first byte is written.');
    this.contentType = String(type);
  }

  write(chunk, ...rest) {
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(isBytes ? chunk : JSON.stringify(chunk), ...rest);
  }

  _write(chunk, _, done) {
    this.begin();
    this.body.write(chunk, done);
  }

  _final(done) {
    this.begin();
    output.flushed(() => {
      this.body.end();
      done();
    });
  }

  begin() {
    if (this.body) return;
    this.body = this.open(this.contentType);
    if (this.prelude) this.body.write(this.prelude, () => {});
  }
}

/** Over when the handler has settled and its response has ended, whichever comes last. */
class StreamingInvocation extends Invocation {
  /**
   * @param finish as of an `Invocation`, for an error before the first byte
   * @param api sends the response
   * @param events onEnded() when the end of the response is on its way, onOver() when the next invocation may come
   */
  constructor(headers, handler, finish, api, events) {
    super(headers, handler, finish);
    this.events = events;
    this.settled = false;
    this.ended = false;
    this.over = false;
    this.stream = new ResponseStream((type) => (this.finished ? NOWHERE : api.beginStream(`invocation/${this.id}/response`, type)));
    this.stream.on('finish', () => this.end());
    this.stream.on('close', () => this.closed());
  }

  call(event) {
    const result = this.handler(event, this.stream, this.context());
    if (typeof result?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
    result.then(() => this.settle(), (error) => this.fail(error));
  }

  callback(error) {
    this.fail(error);
  }

  /** The loop drained: the stream will not be ended, or the promise not be settled. */
  abandoned() {
    this.settled = true;
    this.reject(new errors.NodeJsExit('The event loop is empty, but the handler has not returned or its response stream was not ended.'));
  }

  settle() {
    this.settled = true;
    this.closed();
    this.conclude();
  }

  /** A stream that was destroyed is not a whole response, whatever the handler says. */
  closed() {
    const isCut = this.stream.destroyed && !this.stream.writableFinished;
    if (isCut && this.settled && !this.finished) this.reject(this.stream.errored ?? new Error('The response stream was closed before its end.'));
  }

  reject(error) {
    this.settled = true;
    if (this.finished) {
      output.log('ERROR', 'Invoke Error', errors.forLog(error));
      this.conclude();
    } else if (this.stream.body) {
      this.finished = true;
      output.log('ERROR', 'Invoke Error', errors.forLog(error));
      output.flushed(() => this.breakOff(errors.forCaller(error)));
    } else {
      super.reject(error);
    }
  }

  /** Whether the response has begun, and not ended. */
  get isStreaming() {
    return this.stream.body !== undefined && !this.ended;
  }

  /** Ends the response with an error behind what was written. */
  breakOff(report) {
    this.stream.body.end(report);
    this.end();
  }

  end() {
    if (this.ended) return;
    this.finished = true;
    this.ended = true;
    this.events.onEnded();
    this.conclude();
  }

  conclude() {
    if (!this.ended || !this.settled || this.over) return;
    this.over = true;
    this.events.onOver();
  }
}

/** What makes a handler's invocations, of whichever kind they are, of their headers; for the parameters see the classes. */
function invocations(handler, finish, api, events) {
  return STREAMS in handler
    ? (headers) => new StreamingInvocation(headers, handler, finish, api, events)
    : (headers) => new Invocation(headers, handler, finish);
}

module.exports = { invocations };
