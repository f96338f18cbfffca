# frozen_string_literal: true

# Found in the place of Ruby's own logger, which it loads: what goes to the log carries the invocation's request id, in
# the form of AWS's runtime.
$LOAD_PATH.delete(__dir__)
require "logger"

module HearthRuntime
  class LogFormatter < Logger::Formatter
    FORM = "%s, [%s #%d] %5s %s -- %s: %s\n"

    def call(severity, time, program, message)
      FORM % [severity[0], format_datetime(time), Process.pid, severity, $_global_aws_request_id, program, msg2str(message)]
    end
  end

  module OutputLogger
    def initialize(device = nil, *rest, **options)
      super
      @default_formatter = LogFormatter.new if device.equal?($stdout) || device.equal?($stderr)
    end
  end
end

Logger.prepend(HearthRuntime::OutputLogger)
