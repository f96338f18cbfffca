// Plays invocations of handlers of our own against a Runtime API of our own, within this process. What Node loads and
// compiles when first used is then there already when the real function comes: an invocation after this takes a fifth
// of one without.
'use strict';

const net = require('net');
const output = require('./output.cjs');
const { RuntimeApi } = require('./runtime-api.cjs');
const { loadHandler } = require('./handler.cjs');
const { invocations } = require('./streaming.cjs');

const EVENT = '{"rehearsal":[1,"two",null]}';
const HEAD = 'Lambda-Runtime-Aws-Request-Id: rehearsal\r\nLambda-Runtime-Deadline-Ms: 1\r\n';

async function rehearse() {
  output.patchConsole();
  const unmute = output.mute();
  const server = net.createServer(answer);
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  for (const name of ['common.handler', 'module.handler', 'stream.handler']) {
    await invoke(`127.0.0.1:${server.address().port}`, await loadHandler(`${__dirname}/rehearsal`, name));
  }
  await new Promise((closed) => { server.close(closed); });
  unmute();
}

/** What the node would say: an event to a GET, that all is well to a POST, once the last of its chunks is there. */
function answer(socket) {
  let inChunks = false;
  socket.on('data', (data) => {
    const text = data.latin1Slice();
    inChunks ||= text.includes('chunked');
    if (text.startsWith('GET')) {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${HEAD}Content-Length: ${EVENT.length}\r\n\r\n${EVENT}`);
    } else if (!inChunks || text.includes('\r\n0\r\n\r\n')) {
      socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
    }
  });
}

function invoke(address, handler) {
  return new Promise((done, failed) => {
    const api = new RuntimeApi(address, {
      onInvocation(headers, body) {
        const finish = (kind, result, type) => output.flushed(() => api.post(`invocation/rehearsal/${kind}`, result, type, true));
        invocations(handler, finish, api, { onEnded() {}, onOver: () => api.askNext() })(headers).run(body);
      },
      onAccepted: () => api.socket.destroy(),
      onHungUp: done,
      onFailed: (message) => failed(new Error(message)),
    });
    api.askNext();
  });
}

module.exports = { rehearse };
