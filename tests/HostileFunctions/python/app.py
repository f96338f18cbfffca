"""Performs the attack that the event names, and answers with what it got."""
import contextlib, ctypes, errno, os, signal, socket, subprocess, sys, threading, time

libc = ctypes.CDLL(None, use_errno=True)
calls = 0
kept = []


def name_of(error):
    return errno.errorcode.get(error.errno, str(error)) if isinstance(error, OSError) and error.errno else str(error)


def until_refused(step, most):
    count = 0
    while count < most:
        try:
            step(count)
        except (OSError, RuntimeError) as error:
            return f"{count} {name_of(error)}"
        count += 1
    return f"{count} full"


def serve(event):
    global calls
    calls += 1
    if not os.path.exists("/tmp/canary"):
        with open("/tmp/canary", "w") as file:
            file.write(os.environ["CANARY"])
    return f"{os.environ['CANARY']} {open('/tmp/canary').read()} {calls}"


def call(event):
    arguments = [argument.encode() if isinstance(argument, str) else ctypes.c_long(argument) for argument in event["arguments"]]
    result = libc.syscall(ctypes.c_long(event["number"]), *arguments)
    return "ok" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def read(event):
    with open(event["path"], "rb", buffering=0) as file:
        file.read(64)
    return "ok"


def write(event):
    os.close(os.open(event["path"], os.O_WRONLY | os.O_CREAT, 0o644))
    return "ok"


def fill(event):
    with open(event["path"], "wb", buffering=0) as file:
        try:
            return until_refused(lambda _: file.write(b"x" * 1048576) == 1048576 or file.write(b"x"), event["most"])
        finally:
            os.unlink(event["path"])


def inodes(event):
    made = []

    def make(number):
        path = f"{event['path']}/{number}"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
        made.append(path)
    try:
        return until_refused(make, event["most"])
    finally:
        for path in made:
            os.unlink(path)


def files(event):
    held = []
    try:
        return until_refused(lambda _: held.append(os.open("/dev/null", os.O_RDONLY)), event["most"])
    finally:
        for file in held:
            os.close(file)


def api():
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    return socket.create_connection((host, int(port)), 20)


def connections(event):
    held = []
    try:
        return until_refused(lambda _: held.append(api()), event["most"])
    finally:
        for connection in held:
            connection.close()


def threads(event):
    done, started = threading.Event(), []

    def start(_):
        thread = threading.Thread(target=done.wait)
        thread.start()
        started.append(thread)
    threading.stack_size(65536)
    try:
        return until_refused(start, event["most"])
    finally:
        done.set()
        for thread in started:
            thread.join()


def children(event):
    started = []

    def start(_):
        child = os.fork()
        if child == 0:
            signal.pause()
        started.append(child)
    try:
        return until_refused(start, event["most"])
    finally:
        for child in started:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def bomb(event):
    while True:
        try:
            os.fork()
        except OSError:
            pass


def memory(event):
    for _ in range(event["mib"]):
        kept.append(bytearray(b"x") * 1048576)
    return "ok"


def memory_in_child(event):
    return f"child {subprocess.run(['tail', '/dev/zero']).returncode}"


def burn(event):
    began, end = time.process_time(), time.monotonic() + event["seconds"]

    def spin():
        while time.monotonic() < end:
            pass
    workers = [threading.Thread(target=spin) for _ in range(4)]
    started = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return f"{time.process_time() - began:.3f} {time.monotonic() - started:.3f}"


def talk(event):
    connection = api()
    with contextlib.suppress(OSError):  # The answer may have come before all was sent.
        connection.sendall(event["text"].replace("{id}", event["id"]).encode())
        for _ in range(event.get("times", 0)):
            connection.sendall(event["filler"].encode() * 1024)
    if event.get("left"):
        kept.append(connection)
        return "left"
    try:
        reply = connection.makefile("rb").readline()
    except OSError:
        reply = b""
    if not reply:
        return "closed"
    return reply.decode().split(" ")[1] if reply.startswith(b"HTTP/1.") else "no HTTP/1"


def reach(event):
    with socket.socket() as connection:
        connection.settimeout(5)
        connection.connect((event["address"], event["port"]))
    return "ok"


def say(event):
    count = 0
    while event["times"] == 0 or count < event["times"]:
        sys.stdout.write(event["text"])
        count += 1
    sys.stdout.flush()
    return "ok"


def leave(event):
    if event["how"] == "exit":
        os._exit(3)
    os.kill(os.getpid(), signal.SIGKILL)


def signals(event):
    for number in range(1, 65):
        os.kill(1, number)
    return "ok"


def linger(event):
    def go_on(path):
        while True:
            with open(path, "a") as file:
                file.write("x")
            time.sleep(0.005)
    threading.Thread(target=go_on, args=("/tmp/thread",), daemon=True).start()
    subprocess.Popen(["/bin/sh", "-c", "while :; do printf x >> /tmp/child; sleep 0.005; done"])
    return "left"


def lingered(event):
    return f"{os.path.getsize('/tmp/thread')} {os.path.getsize('/tmp/child')}"


def search(event):
    found, processes = "hidden", [entry for entry in os.listdir("/proc") if entry.isdigit()]
    for process in processes:
        for file in "environ", "cmdline":
            try:
                with open(f"/proc/{process}/{file}", "rb") as content:
                    if event["needle"].encode() in content.read():
                        found = f"found in {process}/{file}"
            except OSError:
                pass
    return f"{len(processes)} {found}"


ATTACKS = {function.__name__: function for function in (
    serve, call, read, write, fill, inodes, files, connections, threads, children, bomb, memory, memory_in_child, burn,
    talk, reach, say, leave, signals, linger, lingered, search)}


def handler(event, context):
    event["id"] = context.aws_request_id
    try:
        return ATTACKS[event["attack"]](event)
    except OSError as error:
        return name_of(error)
