"""How an exception looks to the caller and in the log; imported when the first one happens."""
import traceback

NO_BREAK_SPACE = "\u00a0"


def trace(error, runtime_file):
    """The frames of an exception as Python prints them, from the function's own code on."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename == runtime_file:
        del frames[0]
    return traceback.format_list([(frame.filename, frame.lineno, frame.name, frame.line) for frame in frames])


def log_text(fault):
    """An error report as one log record: lines parted by carriage returns, indented by spaces that a viewer keeps."""
    title = "[ERROR] " + fault["errorType"]
    if fault["errorMessage"]:
        title += ": " + fault["errorMessage"]
    lines = [title, "Traceback (most recent call last):"]
    for frame in fault["stackTrace"]:
        for line in frame.splitlines():
            text = line.lstrip(" ")
            lines.append(NO_BREAK_SPACE * (len(line) - len(text)) + text)
    return "\r".join(lines) + "\n"
