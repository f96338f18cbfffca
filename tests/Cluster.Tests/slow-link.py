"""Hands on TCP connections late: slow-link.py DELAY-MS PORT TO-ADDRESS TO-PORT ..., each port for the one after it."""
import asyncio
import sys


async def pump(reader, writer, delay):
    """Each piece goes on so long after it came, in order; those on their way do not wait for each other."""
    loop = asyncio.get_running_loop()
    pieces = asyncio.Queue(maxsize=1_000)

    async def take():
        while data := await reader.read(65_536):
            await pieces.put((loop.time() + delay, data))
        await pieces.put((loop.time() + delay, b""))

    taking = asyncio.create_task(take())
    try:
        while True:
            at, data = await pieces.get()
            await asyncio.sleep(max(0, at - loop.time()))
            if not data:
                break
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        taking.cancel()
        writer.close()


async def main(delay, ports):
    async def serve(port, host, to):
        async def connect(reader, writer):
            there, back = await asyncio.open_connection(host, int(to))
            await asyncio.gather(pump(reader, back, delay), pump(there, writer, delay))

        await asyncio.start_server(connect, "0.0.0.0", int(port))

    for index in range(0, len(ports), 3):
        await serve(*ports[index : index + 3])
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main(int(sys.argv[1]) / 1000, sys.argv[2:]))
