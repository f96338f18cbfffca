// One invocation: the context a handler gets, and the ways in which it can answer.
'use strict';

const output = require('./output.cjs');
const errors = require('./errors.cjs');

// Read once: each look into process.env is a call into the C library.
let fromEnvironment;

/** To be called when the function's variables are known. */
function readEnvironment() {
  fromEnvironment = {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

class Invocation {
  /** @param finish called once: (kind, body, errorType) with kind `response` or `error` */
  constructor(headers, handler, finish) {
    this.id = headers['lambda-runtime-aws-request-id'];
    this.headers = headers;
    this.handler = handler;
    this.finish = finish;
    this.waitsForEmptyEventLoop = true;
    this.answered = false; // the handler has called back, or settled its promise
    this.finished = false; // the outcome is on its way to the node
    this.onDrained = () => this.abandoned();
  }

  run(body) {
    try {
      setTraceId(this.headers['lambda-runtime-trace-id']);
      this.call(JSON.parse(body));
    } catch (error) {
      once(this, this.callback)(error);
    }
  }

  call(event) {
    const result = this.handler(event, this.context(), once(this, this.callback));
    if (typeof result?.then === 'function') {
      result.then(once(this, this.succeed), once(this, this.fail));
    }
  }

  /** The event loop has nothing left to do. */
  drained() {
    this.onDrained();
  }

  /** The loop drained before the handler answered: a promise will never settle; a callback was never called. */
  abandoned() {
    this.answered = true;
    if (this.handler.constructor?.name === 'AsyncFunction') {
      this.reject(new errors.NodeJsExit('The event loop is empty, but the handler has not returned: a promise in it was never settled.'));
    } else {
      this.respond(null);
    }
  }

  callback(error, result) {
    if (error !== undefined && error !== null) {
      this.reject(error);
    } else if (this.waitsForEmptyEventLoop) {
      this.onDrained = () => this.respond(result);
    } else {
      this.respond(result);
    }
  }

  succeed(result) {
    this.respond(result);
  }

  fail(error) {
    this.reject(error === undefined || error === null ? 'handled' : error);
  }

  respond(result) {
    if (this.finished) return;
    let body;
    try {
      body = JSON.stringify(result === undefined ? null : result) ?? 'null';
    } catch {
      this.reject(new Error('Unable to stringify response body'));
      return;
    }
    this.finished = true;
    this.finish('response', body, undefined);
  }

  reject(error) {
    if (this.finished) return;
    this.finished = true;
    output.log('ERROR', 'Invoke Error', errors.forLog(error));
    const report = errors.forCaller(error);
    this.finish('error', JSON.stringify(report), report.errorType);
  }

  /** Source: developer guide, "Lambda context object in Node.js". */
  context() {
    const invocation = this;
    const deadline = Number(this.headers['lambda-runtime-deadline-ms']);
    return {
      get callbackWaitsForEmptyEventLoop() { return invocation.waitsForEmptyEventLoop; },
      set callbackWaitsForEmptyEventLoop(value) { invocation.waitsForEmptyEventLoop = value; },
      succeed: once(this, this.succeed),
      fail: once(this, this.fail),
      done: once(this, (error, result) => (error === undefined || error === null ? this.respond(result) : this.reject(error))),
      ...fromEnvironment,
      clientContext: parseHeader(this.headers['lambda-runtime-client-context'], 'ClientContext'),
      identity: parseHeader(this.headers['lambda-runtime-cognito-identity'], 'CognitoIdentity'),
      invokedFunctionArn: this.headers['lambda-runtime-invoked-function-arn'],
      awsRequestId: this.id,
      getRemainingTimeInMillis: () => deadline - Date.now(),
    };
  }
}

/** Of all the ways to answer, only the first counts. */
function once(invocation, answer) {
  return (...args) => {
    if (invocation.answered) return;
    invocation.answered = true;
    answer.apply(invocation, args);
  };
}

let traceId;

function setTraceId(value) {
  if (value === traceId) return; // writing to process.env costs a system call's worth of time
  traceId = value;
  if (value) process.env._X_AMZN_TRACE_ID = value;
  else delete process.env._X_AMZN_TRACE_ID;
}

function parseHeader(text, name) {
  if (text === undefined) return undefined;
  try {
    // Headers are read as Latin-1, so that each byte survives; JSON is UTF-8.
    return JSON.parse(Buffer.from(text, 'latin1').toString());
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

module.exports = { Invocation, readEnvironment };
