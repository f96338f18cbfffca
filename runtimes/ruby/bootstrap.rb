# frozen_string_literal: true

# Hearth's Ruby runtime: loads a function's handler, then serves invocations until the node hangs up.
#
# Start-up time is a cold start's, so the interpreter runs without RubyGems, which take five times as long to load as
# Ruby itself: see gems.rb. Of the socket library its compiled half is enough.
require "json"
require "socket.so"
require_relative "runtime_api"
require_relative "faults"
require_relative "lambda_context"
require_relative "marshaller"
require_relative "handler"
require_relative "gems"

# What a line of the log says of its invocation. AWS's runtime has it under this name, and formatters in use read it.
$_global_aws_request_id = nil

module HearthRuntime
  class << self
    def main
      start_blank if ENV.key?("HEARTH_ASSIGNMENT_FD")
      STDOUT.sync = true # A line is in the pipe as soon as it is printed, and before its invocation's outcome.
      api = RuntimeApi.new(ENV.fetch("AWS_LAMBDA_RUNTIME_API"))
      serve(api, load_handler(api))
    rescue HungUp, SignalException
      Process.exit # The function's at_exit hooks run.
    end

    private

    def start_blank
      require_relative "assignment"
      Assignment.await(ENV.delete("HEARTH_ASSIGNMENT_FD").to_i)
    end

    def load_handler(api)
      name = ENV.fetch("_HANDLER", "")
      root = ENV.fetch("LAMBDA_TASK_ROOT") { Dir.pwd }
      Gems.set_up(root)
      Handler.load(root, name)
    rescue Exception => error # An exit of the function's too, and errors that are no StandardError, as a SyntaxError.
      fault = Fault.init(error, name)
      fault.log
      api.post("init/error", fault.body, error_type: fault.type, then_next: false)
      Process.exit(fault.exit_status)
    end

    def serve(api, handler)
      api.ask_next
      while true
        request = api.next_invocation
        fault, body, content_type = invoke(handler, request)
        path = "invocation/#{request.id}/#{fault ? "error" : "response"}"
        fault&.log
        exit_status = fault&.exit_status
        api.post(path, fault ? fault.body : body, content_type, error_type: fault&.type, then_next: exit_status.nil?)
        Process.exit(exit_status) if exit_status
      end
    end

    # Returns a fault, or nil, the response's body and its content type.
    def invoke(handler, request)
      $_global_aws_request_id = request.id
      ENV["_X_AMZN_TRACE_ID"] = request["Lambda-Runtime-Trace-Id"]
      begin
        event = AwsLambda::Marshaller.marshall_request(request)
        context = LambdaContext.new(request)
      rescue StandardError => error
        return Fault.runtime(error)
      end
      begin
        result, content_type = AwsLambda::Marshaller.marshall_response(handler.call(event, context))
        [nil, result.respond_to?(:read) ? result.read.b : result, content_type || "application/json"]
      rescue Exception => error # The function's exit too: it has an invocation to answer.
        Fault.of_handler(error)
      end
    end
  end
end

HearthRuntime.main
