using Conformance.Tests.Functions;

namespace Conformance.Tests.Streaming;

/// <summary>Functions that write their responses bit by bit.</summary>
internal static class StreamingSource
{
    /// <summary>
    /// A runtime of one's own in Python. Its statements find <c>event</c> and write by <c>write(bytes)</c>; they may wait for the
    /// test by <c>wait_for(name)</c>, end by <c>end(trailers)</c> themselves, and count <c>served</c> invocations.
    /// </summary>
    public static Source Provided(string statements) => Source.Provided($$"""
        #!/usr/bin/python3
        import base64, hashlib, json, os, socket, sys, time
        host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
        api = socket.create_connection((host, int(port)))
        reader = api.makefile("rb")
        served = 0

        def reply():
            status, headers = int(reader.readline().split()[1]), {}
            while line := reader.readline().strip():
                name, _, value = line.decode().partition(":")
                headers[name.lower()] = value.strip()
            return status, headers, reader.read(int(headers.get("content-length", 0)))

        def write(data):
            api.sendall(b"%x\r\n%s\r\n" % (len(data), data))

        def end(trailers=""):
            api.sendall(f"0\r\n{trailers}\r\n".encode())

        def wait_for(name):
            while not os.path.exists(name):
                time.sleep(0.01)

        while True:
            api.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
            status, headers, body = reply()
            if status != 200: # out of turn: the node has not seen yet that a response was cut off
                time.sleep(0.01)
                continue
            event, request_id = json.loads(body), headers["lambda-runtime-aws-request-id"]
            served += 1
            api.sendall(f"POST /2018-06-01/runtime/invocation/{request_id}/response HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n\r\n".encode())
        {{Indented(statements)}}
            print("status", reply()[0], flush=True)
        """).With(Gate.Marker, "");

    public static Source NodeJs(string body, string before = "") => Source.NodeJs($$"""
        const fs = require('fs');
        const { pipeline } = require('stream/promises');
        const { Readable } = require('stream');
        const waitFor = async (name) => { while (!fs.existsSync(name)) await new Promise((done) => setTimeout(done, 10)); };
        {{before}}
        exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { {{body}} });
        """).With(Gate.Marker, "");

    private static string Indented(string statements) => string.Join('\n', statements.Split('\n').Select(line => "    " + line));
}
