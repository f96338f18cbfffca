// Performs the attack that the event names, and answers with what it got.
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const { setTimeout: pause } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const kept = [];
let calls = 0;

const nameOf = (error) => error.code ?? error.message;

async function untilRefused(most, step) {
  let count = 0;
  for (; count < most; count++) {
    try {
      await step(count);
    } catch (error) {
      return `${count} ${nameOf(error)}`;
    }
  }
  return `${count} full`;
}

async function connect(address, number) {
  const connection = net.connect({ host: address, port: number });
  await once(connection, 'connect');
  connection.on('error', () => {});
  return connection;
}

async function started(child) {
  child.on('error', () => {});
  if (child.pid === undefined) await once(child, 'spawn'); // Rejects with what spawn got.
  return child;
}

const attacks = {
  serve() {
    if (!fs.existsSync('/tmp/canary')) fs.writeFileSync('/tmp/canary', process.env.CANARY);
    return `${process.env.CANARY} ${fs.readFileSync('/tmp/canary', 'utf8')} ${++calls}`;
  },

  call({ number, arguments: values }) {
    const made = spawnSync('/var/task/native', ['call', `${number}`, ...values.map((value) => (typeof value === 'string' ? `"${value}` : `${value}`))]);
    return made.stdout.toString();
  },

  read({ path }) {
    const file = fs.openSync(path, 'r');
    try {
      fs.readSync(file, Buffer.alloc(64));
    } finally {
      fs.closeSync(file);
    }
    return 'ok';
  },

  write({ path }) {
    fs.closeSync(fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_CREAT));
    return 'ok';
  },

  async fill({ path, most }) {
    const file = fs.openSync(path, 'w');
    const block = Buffer.alloc(1048576, 'x');
    try {
      return await untilRefused(most, () => {
        if (fs.writeSync(file, block) < block.length) fs.writeSync(file, 'x');
      });
    } finally {
      fs.closeSync(file);
      fs.unlinkSync(path);
    }
  },

  async inodes({ path, most }) {
    const made = [];
    try {
      return await untilRefused(most, (number) => {
        fs.closeSync(fs.openSync(`${path}/${number}`, 'w'));
        made.push(`${path}/${number}`);
      });
    } finally {
      made.forEach((file) => fs.unlinkSync(file));
    }
  },

  async files({ most }) {
    const held = [];
    try {
      return await untilRefused(most, () => held.push(fs.openSync('/dev/null', 'r')));
    } finally {
      held.forEach((file) => fs.closeSync(file));
    }
  },

  async connections({ most }) {
    const held = [];
    try {
      return await untilRefused(most, async () => held.push(await connect(host, port)));
    } finally {
      held.forEach((connection) => connection.destroy());
    }
  },

  // Each has a V8 of its own: memory ends before threads do.
  async threads({ most }) {
    const held = [];
    try {
      return await untilRefused(most, async () => {
        const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true });
        held.push(worker);
        await once(worker, 'online');
      });
    } finally {
      await Promise.all(held.map((worker) => worker.terminate()));
    }
  },

  async children({ most }) {
    const held = [];
    try {
      return await untilRefused(most, async () => held.push(await started(spawn('sleep', ['600'], { stdio: 'ignore' }))));
    } finally {
      const ended = held.map((child) => once(child, 'exit'));
      held.forEach((child) => child.kill('SIGKILL'));
      await Promise.all(ended);
    }
  },

  async bomb() {
    for (;;) {
      await started(spawn('/var/task/native', ['bomb'], { stdio: 'ignore' })).catch(() => {});
    }
  },

  memory({ mib }) {
    for (let count = 0; count < mib; count++) kept.push(Buffer.alloc(1048576, 'x'));
    return 'ok';
  },

  memory_in_child() {
    return `child ${-require('node:os').constants.signals[spawnSync('tail', ['/dev/zero']).signal]}`;
  },

  async burn({ seconds }) {
    const [began, start] = [process.cpuUsage(), process.hrtime.bigint()];
    const spin = `const end = Date.now() + ${seconds * 1000}; while (Date.now() < end);`;
    await Promise.all(Array.from({ length: 4 }, () => once(new Worker(spin, { eval: true }), 'exit')));
    const used = process.cpuUsage(began);
    return `${(used.user + used.system) / 1e6} ${Number(process.hrtime.bigint() - start) / 1e9}`;
  },

  async talk({ text, id, times, filler, left }) {
    try {
      const connection = await connect(host, port);
      const answer = new Promise((resolve) => {
        connection.once('data', (data) => resolve(/^HTTP\/1\.\d (\d+)/.exec(data.toString('latin1'))?.[1] ?? 'no HTTP/1'));
        connection.once('close', () => resolve('closed'));
      });
      let ended = false;
      answer.then(() => (ended = true));
      connection.write(text.replaceAll('{id}', id));
      const block = filler?.repeat(1024);
      for (let count = 0; count < (times ?? 0) && !ended; count++) {
        if (!connection.write(block)) await Promise.race([once(connection, 'drain'), answer]);
      }
      if (left) {
        kept.push(connection);
        await pause(0);
        return 'left';
      }
      return await answer;
    } catch {
      return 'closed';
    }
  },

  async reach({ address, port: number }) {
    (await connect(address, number)).destroy();
    return 'ok';
  },

  say({ text, times }) {
    for (let count = 0; times === 0 || count < times; count++) {
      try {
        fs.writeSync(1, text);
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error; // The pipe is full.
      }
    }
    return 'ok';
  },

  leave({ how }) {
    if (how === 'exit') process.exit(3);
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => {});
  },

  signals() {
    spawnSync('/bin/sh', ['-c', 'n=1; while [ $n -le 64 ]; do kill -$n 1; n=$((n + 1)); done']);
    return 'ok';
  },

  linger() {
    new Worker(
      "const fs = require('fs'); setInterval(() => fs.appendFileSync('/tmp/thread', 'x'), 5)", { eval: true }).unref();
    spawn('/bin/sh', ['-c', 'while :; do printf x >> /tmp/child; sleep 0.005; done'], { stdio: 'ignore' }).unref();
    return 'left';
  },

  lingered: () => `${fs.statSync('/tmp/thread').size} ${fs.statSync('/tmp/child').size}`,

  search({ needle }) {
    let found = 'hidden';
    const processes = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    for (const id of processes) {
      for (const file of ['environ', 'cmdline']) {
        try {
          if (fs.readFileSync(`/proc/${id}/${file}`, 'utf8').includes(needle)) found = `found in ${id}/${file}`;
        } catch {
          // Not to be read, or gone.
        }
      }
    }
    return `${processes.length} ${found}`;
  },
};

exports.handler = async (event, context) => {
  try {
    return await attacks[event.attack]({ ...event, id: context.awsRequestId });
  } catch (error) {
    return nameOf(error);
  }
};
