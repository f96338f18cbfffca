# frozen_string_literal: true

# What a handler gets as `context`. Source: developer guide, "Lambda context object in Ruby".
class LambdaContext
  attr_reader :aws_request_id, :invoked_function_arn, :deadline_ms, :identity, :client_context,
              :function_name, :function_version, :memory_limit_in_mb, :log_group_name, :log_stream_name

  def initialize(request)
    @aws_request_id = request["Lambda-Runtime-Aws-Request-Id"]
    @invoked_function_arn = request["Lambda-Runtime-Invoked-Function-Arn"]
    @deadline_ms = request["Lambda-Runtime-Deadline-Ms"].to_i
    @identity = parse(request["Lambda-Runtime-Cognito-Identity"])
    @client_context = parse(request["Lambda-Runtime-Client-Context"])
    @function_name = ENV["AWS_LAMBDA_FUNCTION_NAME"]
    @function_version = ENV["AWS_LAMBDA_FUNCTION_VERSION"]
    @memory_limit_in_mb = ENV["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
    @log_group_name = ENV["AWS_LAMBDA_LOG_GROUP_NAME"]
    @log_stream_name = ENV["AWS_LAMBDA_LOG_STREAM_NAME"]
  end

  def get_remaining_time_in_millis
    [@deadline_ms - Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), 0].max
  end

  private

  def parse(header) = header && JSON.parse(header)
end
