"""The functions that the bench deploys, in Python."""

import os
import time
import uuid

# Another one in each environment.
MARK = uuid.uuid4().hex


def echo(event, context):
    return event


def whoami(event, context):
    return {"pid": os.getpid(), "namespace": os.readlink("/proc/self/ns/pid"), "mark": MARK}


def sleep(event, context):
    """Sleeps until an instant, in seconds since the epoch."""
    time.sleep(max(0, event - time.time()))
    return event


def end(event, context):
    """Ends as the event says: "answer", "exit", "hog" (of memory) or "sleep"."""
    if event == "exit":
        os._exit(3)
    if event == "hog":
        kept = [bytearray(64 << 20) for _ in range(64)]
        return len(kept)
    if event == "sleep":
        time.sleep(30)
    with open("/tmp/note", "a") as note:
        note.write("here\n")
    return event
