# frozen_string_literal: true

module HearthRuntime
  # A blank sandbox: the process is up before it is known which function it will run.
  module Assignment
    # Loads what the wait leaves time for, says that it is ready, and waits for the function: its variables, and its
    # code where they tell us to go.
    def self.await(descriptor)
      Gems.preload
      STDOUT.syswrite("\0")
      pipe = IO.for_fd(descriptor, "rb")
      records = pipe.read.force_encoding(Encoding::UTF_8)
      pipe.close
      exit!(0) if records.empty? # The node is gone.
      records.split("\0").each do |record|
        name, _, value = record.partition("=")
        ENV[name] = value
      end
      Dir.chdir(ENV.fetch("LAMBDA_TASK_ROOT")) # Where we were is now below what has been mounted over it.
    end
  end
end
