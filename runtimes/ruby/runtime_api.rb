# frozen_string_literal: true

module HearthRuntime
  # The node has closed the connection: there will be no more invocations.
  class HungUp < StandardError; end

  # An invocation as it arrived. Header names in any case.
  Request = Struct.new(:headers, :body) do
    def [](name) = headers[name.downcase]

    def id = headers["lambda-runtime-aws-request-id"]
  end

  # The Runtime API over one kept-alive HTTP/1.1 connection.
  class RuntimeApi
    PREFIX = "/2018-06-01/runtime/"
    END_OF_HEAD = "\r\n\r\n"
    LARGEST_BODY = 6_291_556 # bytes of a response that the node takes
    REFUSED = [413, { "connection" => "close" }].freeze

    def initialize(address)
      @host, _, port = address.rpartition(":")
      @peer = Socket.sockaddr_in(port.to_i, @host)
      @next = "GET #{PREFIX}invocation/next HTTP/1.1\r\nHost: #{address}\r\n\r\n"
      @post_tail = " HTTP/1.1\r\nHost: #{address}\r\n"
      connect
    end

    def ask_next
      @socket.write(@next)
    rescue Errno::EPIPE, Errno::ECONNRESET
      raise HungUp
    end

    def next_invocation
      status, headers, body = read
      raise "the Runtime API answered #{status} to next" unless status == 200
      Request.new(headers, body.force_encoding(Encoding::UTF_8))
    end

    # Sends an outcome and, in the same write, asks for the next invocation; returns once the outcome is accepted.
    def post(path, body, content_type = "application/json", error_type: nil, then_next: true)
      type = error_type && "Lambda-Runtime-Function-Error-Type: #{error_type.gsub(/[^ -~]/, "?")}\r\n"
      head = "POST #{PREFIX}#{path}#{@post_tail}Content-Type: #{content_type}\r\n#{type}Content-Length: #{body.bytesize}\r\n\r\n"
      status, headers = exchange(then_next ? head + body + @next : head + body, body.bytesize)
      if status == 413 && headers["connection"]&.downcase == "close"
        connect
        ask_next
      elsif status != 202 && status != 413
        raise "the Runtime API answered #{status} to #{path}"
      end
    end

    private

    def connect
      @socket&.close
      @socket = Socket.new(Socket::AF_INET, Socket::SOCK_STREAM, 0)
      @socket.connect(@peer)
      @socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    end

    def exchange(request, body_bytes)
      @socket.write(request)
      read
    rescue HungUp, Errno::EPIPE, Errno::ECONNRESET
      # The node stops reading a body over its limit and answers the caller by itself.
      body_bytes > LARGEST_BODY ? REFUSED : raise(HungUp)
    end

    # A reply as [status, headers with lower-case names, body].
    def read
      head = @socket.gets(END_OF_HEAD)
      raise HungUp unless head&.end_with?(END_OF_HEAD)
      lines = head.force_encoding(Encoding::UTF_8).split("\r\n")
      headers = {}
      lines.drop(1).each do |line|
        name, _, value = line.partition(":")
        headers[name.downcase] = value.strip
      end
      length = headers.fetch("content-length", 0).to_i
      body = @socket.read(length)
      raise HungUp unless body&.bytesize == length
      [lines.first[9, 3].to_i, headers, body]
    rescue Errno::ECONNRESET
      raise HungUp
    end
  end
end
