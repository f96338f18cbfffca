# frozen_string_literal: true

module HearthRuntime
  # RubyGems, which the interpreter has been started without: in force at once where the function has gems, otherwise
  # when it first asks for something that only they can give. Even where they are loaded, they slow each `require` down.
  module Gems
    # AWS's runtime has these loaded before the function: code in use names them without a `require`.
    PRELOADED = { Logger: "logger", Monitor: "monitor", Net: "net/http", RbConfig: "rbconfig", StringIO: "stringio", URI: "uri" }.freeze

    class << self
      # Before anything of the function is known.
      def promise
        $LOAD_PATH.unshift("#{__dir__}/standard") # What we complete comes before what is completed.
        PRELOADED.each { |name, file| Object.autoload(name, file) unless Object.const_defined?(name) }
        return if Object.const_defined?(:Gem) # By RUBYOPT.
        Object.autoload(:Gem, "#{__dir__}/gems_now.rb")
        hook_gem
        hook_require
      end

      # For a process with time to spare: loads all there is, but does not put it in force.
      def preload
        PRELOADED.each_key { |name| Object.const_get(name) }
        return unless Object.autoload?(:Gem)
        Object.const_get(:Gem)
        Kernel.module_eval do
          alias_method :require_with_gems, :require
          alias_method :require, :gem_original_require
        end
        hook_require
      end

      # Variables for the function and the processes it starts, as AWS sets them; and the same for this process.
      def set_up(root)
        version = "#{RUBY_VERSION[/\A\d+\.\d+/]}.0"
        @searches_machine = !ENV.key?("GEM_PATH")
        ENV["GEM_PATH"] ||= "#{root}/vendor/bundle/ruby/#{version}:/opt/ruby/gems/#{version}"
        ENV["RUBYLIB"] ||= "#{root}:/opt/ruby/lib"
        $LOAD_PATH.unshift(root, "/opt/ruby/lib")
        look_in_gem_path unless Object.autoload?(:Gem) # They were loaded before the variables were known.
        enforce if any?
      end

      # Ruby's own gems, as rexml, lie in one folder on AWS, which counts whatever GEM_PATH says; on Debian in several,
      # which do not.
      def look_in_gem_path
        return Gem.clear_paths unless @searches_machine
        Gem.paths = ENV.to_h.merge("GEM_PATH" => [ENV["GEM_PATH"], *Gem.default_path].join(":"))
      end

      # Whether this has changed anything.
      def enforce
        if Object.autoload?(:Gem)
          Object.const_get(:Gem)
        elsif Kernel.private_method_defined?(:require_with_gems)
          unhook
          Kernel.module_eval { alias_method :require, :require_with_gems }
          Kernel.remove_method(:require_with_gems)
        else
          return false
        end
        true
      end

      # Gives Ruby's own `require` back.
      def unhook
        Kernel.module_eval { alias_method :require, :require_without_gems }
        Kernel.remove_method(:require_without_gems)
      end

      private

      def hook_require
        Kernel.module_eval do
          alias_method :require_without_gems, :require
          private def require(path)
            require_without_gems(path)
          rescue LoadError => error
            raise unless error.path == path.to_s && HearthRuntime::Gems.enforce
            require(path)
          end
        end
      end

      def hook_gem
        Kernel.module_eval do
          private def gem(...)
            HearthRuntime::Gems.enforce
            gem(...)
          end
        end
      end

      def any?
        places = ENV["GEM_PATH"].split(":").push(ENV["GEM_HOME"])
        places.any? { |place| place && Dir.exist?("#{place}/specifications") }
      end
    end

    promise
  end
end
