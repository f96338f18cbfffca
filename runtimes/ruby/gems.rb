# frozen_string_literal: true

module HearthRuntime
  # RubyGems, which the interpreter has been started without: loaded at once where the function has gems, otherwise when
  # it first asks for something that only they can give.
  module Gems
    # AWS's runtime has these loaded before the function: code in use names them without a `require`.
    PRELOADED = { Logger: "logger", Monitor: "monitor", Net: "net/http", RbConfig: "rbconfig", StringIO: "stringio", URI: "uri" }.freeze

    class << self
      # Variables for the function and the processes it starts, as AWS sets them; and the same for this process.
      def set_up(root)
        version = "#{RUBY_VERSION[/\A\d+\.\d+/]}.0"
        ENV["GEM_PATH"] ||= "#{root}/vendor/bundle/ruby/#{version}:/opt/ruby/gems/#{version}"
        ENV["RUBYLIB"] ||= "#{root}:/opt/ruby/lib"
        $LOAD_PATH.unshift(root, "/opt/ruby/lib")
        if Object.autoload?(:Gem)
          load if any?
        else
          Gem.clear_paths # Loaded before the variables were known.
        end
      end

      # Until `load`, what RubyGems define loads them; the standard library's parts that we complete come first.
      def promise
        $LOAD_PATH.unshift("#{__dir__}/standard")
        PRELOADED.each { |name, file| Object.autoload(name, file) unless Object.const_defined?(name) }
        return if Object.const_defined?(:Gem) # By RUBYOPT.
        Object.autoload(:Gem, "#{__dir__}/gems_now.rb")
        Kernel.module_eval do
          alias_method :require_without_gems, :require
          private def require(path)
            require_without_gems(path)
          rescue LoadError => error
            raise unless error.path == path.to_s && HearthRuntime::Gems.load
            require(path)
          end

          private def gem(...)
            HearthRuntime::Gems.load
            gem(...)
          end
        end
      end

      # Whether this has loaded them: false where they are there already.
      def load
        return false unless Object.autoload?(:Gem)
        Object.const_get(:Gem)
        true
      end

      # Gives Ruby's own `require` back: RubyGems put theirs before it.
      def unpromise
        Kernel.module_eval do
          alias_method :require, :require_without_gems
          remove_method :require_without_gems, :gem
        end
      end

      private

      def any?
        places = ENV["GEM_PATH"].split(":").push(ENV["GEM_HOME"])
        places.any? { |place| place && Dir.exist?("#{place}/specifications") }
      end
    end

    promise
  end
end
