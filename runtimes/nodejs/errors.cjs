// How a thrown value looks to the caller and in the log.
'use strict';

const { isNativeError } = require('util').types;

function isError(value) {
  return isNativeError(value)
    || (Boolean(value) && [value.name, value.message, value.stack].every((part) => typeof part === 'string' && part !== ''));
}

/** The body of an error report. */
function forCaller(error) {
  try {
    return isError(error)
      ? { errorType: error.name, errorMessage: error.message, trace: error.stack.split('\n') }
      : { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: 'The error has no readable name, message and stack.', trace: [] };
  }
}

/** The same for the log, with a leading tab: an error's own properties are shown too. */
function forLog(error) {
  try {
    return '\t' + JSON.stringify(error, (_, value) => (value instanceof Error ? withHiddenMembers(value) : value));
  } catch {
    return '\t' + JSON.stringify(forCaller(error));
  }
}

function withHiddenMembers(error) {
  const shown = { errorType: error.name, errorMessage: error.message, code: error.code, ...error };
  if (typeof error.stack === 'string') shown.stack = error.stack.split('\n');
  return shown;
}

class UnhandledPromiseRejection extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
    this.promise = {};
  }
}

class ImportModuleError extends Error {}
class HandlerNotFound extends Error {}
class MalformedHandlerName extends Error {}
class UserCodeSyntaxError extends Error {}
class NodeJsExit extends Error {}

const named = { UnhandledPromiseRejection, ImportModuleError, HandlerNotFound, MalformedHandlerName, UserCodeSyntaxError, NodeJsExit };
for (const [name, type] of Object.entries(named)) type.prototype.name = `Runtime.${name}`;

module.exports = { forCaller, forLog, ...named };
