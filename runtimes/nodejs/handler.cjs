// Finds and loads the function that a handler name means: `file.export`, `dir/file.export`, `file.object.function`.
'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const errors = require('./errors.cjs');

async function loadHandler(root, name) {
  const [folder, module, members] = parse(name);
  let loaded;
  try {
    loaded = await load(root, folder, module);
  } catch (error) {
    if (error instanceof SyntaxError) throw new errors.UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new errors.ImportModuleError(error);
    throw error;
  }
  const handler = members.reduce((value, member) => value && value[member], loaded);
  if (!handler) throw new errors.HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new errors.HandlerNotFound(`${name} is not a function`);
  return handler;
}

function parse(name) {
  if (name.includes('..')) {
    throw new errors.MalformedHandlerName(`'${name}' is not a valid handler name: it must not name a parent directory.`);
  }
  const base = path.basename(name);
  const dot = base.indexOf('.');
  if (dot < 0) throw new errors.MalformedHandlerName('Bad handler');
  return [path.dirname(name), base.slice(0, dot), base.slice(dot + 1).split('.')];
}

/** AWS's order: the bare name, .js as the nearest package.json says, .mjs, .cjs; then as Node finds a folder or a package. */
function load(root, folder, module) {
  const file = path.resolve(root, folder, module);
  if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return require(file);
  if (fs.existsSync(file + '.js')) {
    return isEsPackage(path.dirname(file)) ? import(pathToFileURL(file + '.js')) : require(file + '.js');
  }
  if (fs.existsSync(file + '.mjs')) return import(pathToFileURL(file + '.mjs'));
  if (fs.existsSync(file + '.cjs')) return require(file + '.cjs');
  if (fs.existsSync(file)) return require(file);
  return require(require.resolve(module, { paths: [root, path.resolve(root, folder)] }));
}

/** Whether the nearest package.json makes .js files ES modules. */
function isEsPackage(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const file = path.join(folder, 'package.json');
  if (fs.existsSync(file)) {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8')).type === 'module';
    } catch {
      return false; // require will say what is wrong with it
    }
  }
  return folder !== '/' && isEsPackage(path.dirname(folder));
}

module.exports = { loadHandler };
