"""The root logger as Lambda sets it up: tab-separated records with the invocation's request id, on standard output."""
import sys
import time


def set_up(logging, current):
    class RequestIdFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = current.request_id
            return True

    class OutputHandler(logging.Handler):
        def emit(self, record):
            try:
                sys.stdout.write(self.format(record))
            except Exception:
                self.handleError(record)

    logging.Formatter.converter = time.gmtime
    handler = OutputHandler()
    handler.setFormatter(logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n", "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)
