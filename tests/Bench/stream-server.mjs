// The function that streams, on Node's own http module: as many bytes as the request says, written as they are drained.
import { once } from "node:events";
import http from "node:http";

const chunk = Buffer.alloc(65536, "x");

const server = http.createServer(async (request, response) => {
  if (request.method !== "POST") return response.end();
  let text = "";
  for await (const part of request) text += part;
  for (let left = JSON.parse(text); left > 0; left -= chunk.length) {
    if (!response.write(left < chunk.length ? chunk.subarray(0, left) : chunk)) await once(response, "drain");
  }
  response.end();
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), "127.0.0.1");
