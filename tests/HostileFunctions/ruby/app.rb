# Performs the attack that the event names, and answers with what it got.
require "socket"

FORK = 57

$calls = 0
$kept = []

def name_of(error)
  error.is_a?(SystemCallError) ? error.class.name.split("::").last : error.message
end

def until_refused(most)
  count = 0
  while count < most
    begin
      yield count
    rescue SystemCallError, ThreadError, NoMemoryError => error
      return "#{count} #{name_of(error)}"
    end
    count += 1
  end
  "#{count} full"
end

def api
  host, port = ENV["AWS_LAMBDA_RUNTIME_API"].split(":")
  TCPSocket.new(host, port.to_i)
end

module Attack
  module_function

  def serve(event)
    $calls += 1
    File.write("/tmp/canary", ENV["CANARY"]) unless File.exist?("/tmp/canary")
    "#{ENV["CANARY"]} #{File.read("/tmp/canary")} #{$calls}"
  end

  def call(event)
    Kernel.syscall(event["number"], *event["arguments"])
    "ok"
  end

  def read(event)
    File.open(event["path"], "rb") { |file| file.sysread(64) }
    "ok"
  end

  def write(event)
    File.open(event["path"], File::WRONLY | File::CREAT) { "ok" }
  end

  def fill(event)
    block = "x" * 1048576
    File.open(event["path"], "wb") do |file|
      until_refused(event["most"]) { file.syswrite("x") unless file.syswrite(block) == 1048576 }
    ensure
      File.unlink(event["path"])
    end
  end

  def inodes(event)
    made = []
    until_refused(event["most"]) do |number|
      path = "#{event["path"]}/#{number}"
      File.open(path, File::WRONLY | File::CREAT).close
      made << path
    end
  ensure
    made.each { |path| File.unlink(path) }
  end

  def files(event)
    held = []
    until_refused(event["most"]) { held << File.open("/dev/null") }
  ensure
    held.each(&:close)
  end

  def connections(event)
    held = []
    until_refused(event["most"]) { held << api }
  ensure
    held.each(&:close)
  end

  def threads(event)
    started = []
    until_refused(event["most"]) { started << Thread.new { sleep } }
  ensure
    started.each(&:kill).each(&:join)
  end

  def children(event)
    started = []
    until_refused(event["most"]) do
      child = Kernel.syscall(FORK) # Ruby's own fork waits for ever where the kernel refuses.
      exec("sleep", "600") if child.zero?
      started << child
    end
  ensure
    started.each { |child| Process.kill("KILL", child) }
    started.each { |child| Process.wait(child) }
  end

  def bomb(event)
    loop do
      fork
    rescue SystemCallError
      nil
    end
  end

  def memory(event)
    event["mib"].times { $kept << "x" * 1048576 }
    "ok"
  end

  def memory_in_child(event)
    system("tail", "/dev/zero")
    "child #{-$?.termsig.to_i}"
  end

  def burn(event)
    clock = ->(which) { Process.clock_gettime(which) }
    began, started = clock.(Process::CLOCK_PROCESS_CPUTIME_ID), clock.(Process::CLOCK_MONOTONIC)
    finish = started + event["seconds"]
    Array.new(4) { Thread.new { nil while clock.(Process::CLOCK_MONOTONIC) < finish } }.each(&:join)
    format("%.3f %.3f", clock.(Process::CLOCK_PROCESS_CPUTIME_ID) - began, clock.(Process::CLOCK_MONOTONIC) - started)
  end

  def talk(event)
    connection = api
    begin
      connection.write(event["text"].gsub("{id}") { event["id"] })
      event.fetch("times", 0).times { connection.write(event["filler"] * 1024) }
    rescue SystemCallError
      nil # The answer may have come before all was sent.
    end
    if event["left"]
      $kept << connection
      return "left"
    end
    reply = connection.gets
    return "closed" unless reply
    reply.start_with?("HTTP/1.") ? reply.split(" ")[1] : "no HTTP/1"
  rescue SystemCallError
    "closed"
  end

  def reach(event)
    Socket.tcp(event["address"], event["port"], connect_timeout: 5) { "ok" }
  end

  def say(event)
    $stdout.sync = true
    count = 0
    while event["times"] == 0 || count < event["times"]
      $stdout.write(event["text"])
      count += 1
    end
    "ok"
  end

  def leave(event)
    exit!(3) if event["how"] == "exit"
    Process.kill("KILL", Process.pid)
    sleep
  end

  def signals(event)
    1.upto(64) { |number| Process.kill(number, 1) }
    "ok"
  end

  def linger(event)
    Thread.new do
      loop do
        File.write("/tmp/thread", "x", mode: "a")
        sleep 0.005
      end
    end
    spawn("while :; do printf x >> /tmp/child; sleep 0.005; done")
    "left"
  end

  def lingered(event)
    "#{File.size("/tmp/thread")} #{File.size("/tmp/child")}"
  end

  def search(event)
    found = "hidden"
    processes = Dir.children("/proc").grep(/\A\d+\z/)
    processes.product(%w[environ cmdline]) do |process, file|
      found = "found in #{process}/#{file}" if File.binread("/proc/#{process}/#{file}").include?(event["needle"])
    rescue SystemCallError
      nil
    end
    "#{processes.size} #{found}"
  end
end

def handler(event:, context:)
  event["id"] = context.aws_request_id
  Attack.send(event["attack"], event)
rescue SystemCallError => error
  name_of(error)
end
