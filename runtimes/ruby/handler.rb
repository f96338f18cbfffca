# frozen_string_literal: true

module HearthRuntime
  # The method that `file.method` or `file.Module::Class.method` names.
  class Handler
    FORMS = "FILE.METHOD, with a method defined at the file's top level, or FILE.CLASS.METHOD, with a class method"

    # Loads the file. The method is looked for by each invocation: a wrong name is the invocation's error, as on AWS.
    def self.load(root, name)
      file, *target = name.split(".")
      raise ArgumentError, "Invalid handler '#{name}': it must have the form #{FORMS}." unless target.size.between?(1, 2)
      own = "#{root}/#{file}"
      # By its path, because a library of the same name may be loaded already. It can lie in a layer, too.
      require File.file?("#{own}.rb") ? own : file
      new(*target)
    end

    def initialize(class_name = nil, method)
      @class_name = class_name
      @method = method
    end

    def call(event, context)
      receiver = @class_name ? Object.const_get(@class_name) : TOPLEVEL_BINDING.receiver
      receiver.__send__(@method, event: event, context: context)
    end
  end
end
