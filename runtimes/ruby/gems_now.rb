# frozen_string_literal: true

# Loaded by the first look at the constant `Gem`. RubyGems put a `require` and a `gem` of their own before what they find.
HearthRuntime::Gems.unhook
Kernel.remove_method(:gem)
require "rubygems"
HearthRuntime::Gems.look_in_gem_path
