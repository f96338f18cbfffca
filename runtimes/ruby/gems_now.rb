# frozen_string_literal: true

# Loaded by the first look at the constant `Gem`.
HearthRuntime::Gems.unpromise
require "rubygems"
