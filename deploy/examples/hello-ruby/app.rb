# frozen_string_literal: true

# The smallest useful function: greets, and shows what the context says of the invocation.
def handler(event:, context:)
  name = event["name"] || "world"
  puts "greeting #{name}"
  {
    message: "Hello, #{name}!",
    runtime: "Ruby #{RUBY_VERSION}",
    function: context.function_name,
    requestId: context.aws_request_id,
    memoryMib: context.memory_limit_in_mb.to_i,
    remainingMs: context.get_remaining_time_in_millis,
  }
end
