# frozen_string_literal: true

# What turns events and results into Ruby and back. A function may redefine either method: AWS's runtime has them under
# these names for that purpose.
module AwsLambda
  class Marshaller
    class << self
      def marshall_request(request) = JSON.parse(request.body)

      # JSON, or [something to read, content type] for what is to be sent as it is.
      def marshall_response(result)
        return [result, "application/unknown"] if result.is_a?(IO) || string_io?(result)
        result.to_json
      end

      private

      # Without loading the class for results of others.
      def string_io?(result) = !Object.autoload?(:StringIO) && result.is_a?(StringIO)
    end
  end
end
