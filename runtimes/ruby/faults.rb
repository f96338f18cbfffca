# frozen_string_literal: true

module HearthRuntime
  # An error as the caller and the log see it, by the classes of AWS's own runtime, and with its exit statuses.
  class Fault
    MOST_FRAMES = 100
    OWN_FILES = "#{__dir__}/"

    class << self
      def init(error, handler) = new("Init", error, "Init error when loading handler #{handler}", 252)

      # What the runtime could not do for the handler, as reading an event.
      def runtime(error) = new("Runtime", error, "Error raised by the runtime", nil)

      # A NameError is a StandardError, and yet no more to be expected than what is none.
      def of_handler(error)
        critical = error.is_a?(NameError) || !error.is_a?(StandardError)
        return new("Function", error, "Critical exception from handler", 255) if critical
        new("Function", error, "Error raised from handler method", nil)
      end
    end

    attr_reader :type

    # Of the process that has reported this; nil where it goes on.
    attr_reader :exit_status

    def initialize(kind, error, title, exit_status)
      @type = text("#{kind}<#{error.class}>")
      @title = title
      @exit_status = exit_status
      @report = { errorMessage: message_of(error), errorType: @type, stackTrace: trace(error) }
    end

    def body = JSON.generate(@report)

    # Past `$stdout`, which a function may have replaced.
    def log
      STDOUT.write("#{@title}\n#{JSON.pretty_generate(@report)}\n")
    rescue IOError
      nil # The function has closed it.
    end

    private

    def message_of(error)
      text(error.message)
    rescue StandardError
      @type # It cannot even tell its message.
    end

    def trace(error)
      frames = error.backtrace || []
      frames.reject { |frame| frame.start_with?(OWN_FILES) }.first(MOST_FRAMES).map { |frame| text(frame) }
    end

    # As JSON can hold it: a message may be bytes of any kind.
    def text(value)
      text = value.to_s
      text = text.dup.force_encoding(Encoding::UTF_8) if text.encoding == Encoding::BINARY
      text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
    end
  end
end
