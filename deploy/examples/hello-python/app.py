"""The smallest useful function: greets, and shows what the context says of the invocation."""

import platform


def handler(event, context):
    name = event.get("name") or "world"
    print(f"greeting {name}")
    return {
        "message": f"Hello, {name}!",
        "runtime": f"Python {platform.python_version()}",
        "function": context.function_name,
        "requestId": context.aws_request_id,
        "memoryMib": int(context.memory_limit_in_mb),
        "remainingMs": context.get_remaining_time_in_millis(),
    }
