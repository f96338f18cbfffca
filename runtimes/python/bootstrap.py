"""Hearth's Python runtime: imports a function's handler, then serves invocations until the node hangs up.

Start-up time is a cold start's, so this file imports nothing that costs more than it must: no `socket` (which imports
`selectors` and `enum`), no `logging` until the function asks for it, `json` only once the first invocation has been
asked for. The interpreter runs with -S for the same reason; `_complete_path` does by hand what functions need of `site`.
"""
import os
import sys
import time

import _socket

OWN_FILE = __file__
LARGEST_BODY = 6_291_556  # bytes of a response that the node takes
VERSION = "python%d.%d" % sys.version_info[:2]
CLIENT_FIELDS = "installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"


class Fault(Exception):
    """A failure that the runtime names itself, as `Runtime.ImportModuleError`, rather than the function's code."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = trace


class HungUp(Exception):
    """The node has closed the connection: there will be no more invocations."""


class RuntimeApi:
    """The Runtime API over one kept-alive HTTP/1.1 connection. A reply is (status, lower-case headers, body)."""

    NEXT = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {0}\r\n\r\n"
    POST = (
        "POST /2018-06-01/runtime/{1} HTTP/1.1\r\nHost: {0}\r\nContent-Type: application/json\r\n"
        "{3}Content-Length: {2}\r\n\r\n"
    )

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._address = host, int(port)
        self._host = address
        self._next = self.NEXT.format(address).encode()
        self._connect()

    def _connect(self):
        self._socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self._socket.connect(self._address)
        self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self._received = b""

    def ask_next(self):
        self._socket.sendall(self._next)

    def post(self, path, body, error_type=None, then_next=True):
        """Sends an outcome and, in the same write, asks for the next invocation; returns once the outcome is accepted."""
        header = ""
        if error_type is not None:
            header = "Lambda-Runtime-Function-Error-Type: %s\r\n" % "".join(c if " " < c < "\x7f" else "?" for c in error_type)
        head = self.POST.format(self._host, path, len(body), header).encode()
        try:
            self._socket.sendall(head + body + self._next if then_next else head + body)
            status, headers, _ = self.read()
        except (HungUp, BrokenPipeError, ConnectionResetError):
            if len(body) <= LARGEST_BODY:
                raise
            # The node stops reading a body over its limit and answers the caller by itself.
            status, headers = 413, {"connection": "close"}
        if status == 413 and headers.get("connection", "").lower() == "close":
            self._connect()
            self.ask_next()
        elif status not in (202, 413):
            raise RuntimeError("the Runtime API answered %d to %s" % (status, path))

    def read(self):
        data = self._received
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        lines = data[:end].decode("utf-8", "surrogateescape").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        start = end + 4
        stop = start + int(headers.get("content-length", 0))
        if len(data) < stop:
            data = self._read_body(data, stop)
        self._received = data[stop:]
        return int(lines[0][9:12]), headers, data[start:stop]

    def _read_body(self, data, stop):
        buffer = bytearray(stop)
        buffer[: len(data)] = data
        view, at = memoryview(buffer), len(data)
        while at < stop:
            count = self._socket.recv_into(view[at:])
            if not count:
                raise HungUp
            at += count
        return bytes(buffer)

    def _receive(self):
        data = self._socket.recv(65536)
        if not data:
            raise HungUp
        return data


class _Record:
    def __init__(self, fields):
        self.__dict__.update(fields)

    def __repr__(self):
        return "%s([%s])" % (type(self).__name__, ",".join("%s=%s" % field for field in vars(self).items()))


class CognitoIdentity(_Record):
    pass


class Client(_Record):
    pass


class ClientContext(_Record):
    pass


class LambdaContext(_Record):
    """What a handler gets as its second argument. Source: developer guide, "Lambda context object in Python"."""

    def __init__(self, headers):
        environment = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.client_context = _client_context(headers.get("lambda-runtime-client-context"))
        identity = _parse_header(headers.get("lambda-runtime-cognito-identity"), "Cognito Identity") or {}
        self.identity = CognitoIdentity({
            "cognito_identity_id": identity.get("cognitoIdentityId"),
            "cognito_identity_pool_id": identity.get("cognitoIdentityPoolId"),
        })
        self._epoch_deadline_time_in_ms = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self):
        return max(self._epoch_deadline_time_in_ms - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


def _client_context(header):
    fields = _parse_header(header, "Client Context")
    if fields is None:
        return None
    client = fields.get("client")
    if client is not None:
        client = Client({name: client.get(name) for name in CLIENT_FIELDS})
    return ClientContext({"custom": fields.get("custom"), "env": fields.get("env"), "client": client})


def _parse_header(header, name):
    if not header:
        return None
    try:
        return json.loads(header)
    except ValueError as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (name, error)) from None


class _LoggingHook:
    """Sets the root logger up at the moment the function imports `logging`, which costs as much as Python's own start."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        execute = spec.loader.exec_module

        def execute_and_set_up(module):
            execute(module)
            import _hearth_logging
            _hearth_logging.set_up(module, current)

        spec.loader.exec_module = execute_and_set_up
        return spec


def load_handler(name):
    """The function that `module.function`, `pkg/module.function` or `pkg.module.function` names."""
    module_name, dot, attribute = name.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name)
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    dotted = module_name.replace("/", ".")
    try:
        __import__(dotted)
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error)) from None
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error), trace) from None
    try:
        return getattr(sys.modules[dotted], attribute)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (attribute, module_name)) from None


def _marshal_other(value):
    decimal = sys.modules.get("decimal")
    if decimal is None or not isinstance(value, decimal.Decimal):
        raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)
    if value.is_nan():
        return float("nan")
    # Exact digits, which a float would lose: written as a marked string, whose marks and quotes `marshal` takes away.
    current.decimals = True
    return current.mark + str(value) + current.mark


class _Current:
    """The invocation at hand, for the log's request id; and what its result needs of `marshal`."""

    request_id = ""
    decimals = False
    mark = os.urandom(16).hex()


current = _Current()


def marshal(value, encoder):
    """A handler's result as JSON, in UTF-8."""
    try:
        text = encoder.encode(value)
        if current.decimals:
            current.decimals = False
            text = text.replace('"' + current.mark, "").replace(current.mark + '"', "")
        return text.encode()
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


def unmarshal(body):
    try:
        return json.loads(body.decode())
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # A function may have closed or replaced its streams.


def _fail(error, request_id):
    """Logs an exception and returns its type and the body that reports it."""
    import _hearth_faults
    if isinstance(error, Fault):
        error_type, trace = error.error_type, list(error.trace)
    else:
        error_type, trace = type(error).__name__, _hearth_faults.trace(error, OWN_FILE)
    fault = {"errorMessage": str(error), "errorType": error_type, "requestId": request_id, "stackTrace": trace}
    sys.stdout.write(_hearth_faults.log_text(fault))
    return error_type, json.dumps(fault).encode()


def _complete_path():
    """Puts after the standard library what `site` would have added, and our own folder last."""
    packages = "/local/lib/%s/dist-packages" % VERSION, "/lib/python3/dist-packages", "/lib/%s/site-packages" % VERSION
    sys.path += [sys.prefix + place for place in packages if os.path.isdir(sys.prefix + place)]
    sys.path.append(sys.path[0])
    import builtins
    import _sitebuiltins
    builtins.exit = _sitebuiltins.Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.quit = _sitebuiltins.Quitter("quit", "Ctrl-D (i.e. EOF)")


def _put_function_first():
    """The function's code, then its layers, in our own folder's place."""
    task = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    sys.path[0:1] = [task, "/opt/python/lib/%s/site-packages" % VERSION, "/opt/python"]
    if any(name.endswith(".pth") for name in os.listdir(task)):
        import site
        site.addsitedir(task)


def _await_assignment(descriptor):
    """Waits, in a blank sandbox, for the function that it will run: its variables, and its code in the task folder.

    What the wait leaves time for is loaded before it: what nearly every function needs.
    """
    global json
    import json
    import logging
    import traceback
    import _hearth_faults
    import _hearth_logging
    _hearth_logging.set_up(logging, current)
    os.write(1, b"\0")  # Ready.
    records = b""
    while data := os.read(descriptor, 65536):
        records += data
    os.close(descriptor)
    if not records:
        os._exit(0)  # The node is gone.
    del os.environ["HEARTH_ASSIGNMENT_FD"]
    for record in records.split(b"\0")[:-1]:
        name, _, value = record.partition(b"=")
        os.environb[name] = value
    time.tzset()
    os.chdir(os.environ["LAMBDA_TASK_ROOT"])  # Where we were is now below what has been mounted over it.


def _initialise(api):
    global json
    if "logging" not in sys.modules:
        sys.meta_path.insert(0, _LoggingHook())
    _put_function_first()
    # A line is in the pipe as soon as it ends; a process that is killed loses at most half a line.
    sys.stdout.reconfigure(line_buffering=True)
    try:
        return load_handler(os.environ.get("_HANDLER", ""))
    except Exception as error:
        import json
        error_type, body = _fail(error, "")
        _flush()
        api.post("init/error", body, error_type, then_next=False)
        sys.exit(1)


def _serve(api, handler):
    global json
    api.ask_next()
    import json
    # AWS's runtimes of Python 3.12 and later send other scripts as they are; earlier ones escape them.
    encoder = json.JSONEncoder(default=_marshal_other, ensure_ascii=sys.version_info < (3, 12))
    environment = os.environ
    while True:
        status, headers, body = api.read()
        if status != 200:
            raise RuntimeError("the Runtime API answered %d to next" % status)
        current.request_id = request_id = headers["lambda-runtime-aws-request-id"]
        trace_id = headers.get("lambda-runtime-trace-id")
        if trace_id:
            environment["_X_AMZN_TRACE_ID"] = trace_id
        else:
            environment.pop("_X_AMZN_TRACE_ID", None)
        error_type, outcome = None, "response"
        try:
            body = marshal(handler(unmarshal(body), LambdaContext(headers)), encoder)
        except Exception as error:
            error_type, body = _fail(error, request_id)
            outcome = "error"
        _flush()
        api.post("invocation/%s/%s" % (request_id, outcome), body, error_type)


def main():
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    _complete_path()
    if "HEARTH_ASSIGNMENT_FD" in os.environ:
        _await_assignment(int(os.environ["HEARTH_ASSIGNMENT_FD"]))
    try:
        _serve(api, _initialise(api))
    except (HungUp, ConnectionError):
        _flush()
        os._exit(0)  # Threads of the function must not keep a process whose node is gone.


if __name__ == "__main__":
    main()
