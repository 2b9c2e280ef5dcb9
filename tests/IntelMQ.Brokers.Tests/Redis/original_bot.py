"""Behaves on the wire as a bot of the original does: the commands of each of its operations, in its order.

    original_bot.py SOCKET send FOLDER QUEUE COUNT              sends the files sent-0, sent-1, ...
    original_bot.py SOCKET pass-on FOLDER SOURCE TARGET COUNT   receives, writes seen-0, ..., sends, acknowledges
    original_bot.py SOCKET take-and-die FOLDER SOURCE           receives one message and ends without acknowledging
"""
import pathlib
import sys

import redis


class Pipeline:
    def __init__(self, socket):
        self.redis = redis.Redis(unix_socket_path=socket, db=2)
        version = tuple(int(part) for part in self.redis.info()["redis_version"].split(".")[:2])
        self.has_move = version >= (6, 2)

    def send(self, queue, message):
        self.redis.lpush(queue, message)

    def receive(self, source):
        held = self.redis.lindex(source + "-internal", -1)
        if held:
            return held
        if self.has_move:
            return self.redis.blmove(source, source + "-internal", 0, "RIGHT", "LEFT")
        return self.redis.brpoplpush(source, source + "-internal", 0)

    def acknowledge(self, source):
        if self.redis.rpop(source + "-internal") is None:
            raise SystemExit("Could not pop message from internal queue for acknowledgement.")


socket, what, folder, *rest = sys.argv[1:]
pipeline = Pipeline(socket)
folder = pathlib.Path(folder)
if what == "send":
    queue, count = rest
    for number in range(int(count)):
        pipeline.send(queue, (folder / f"sent-{number}").read_bytes())
elif what == "pass-on":
    source, target, count = rest
    for number in range(int(count)):
        message = pipeline.receive(source)
        (folder / f"seen-{number}").write_bytes(message)
        pipeline.send(target, message)
        pipeline.acknowledge(source)
elif what == "take-and-die":
    pipeline.receive(rest[0])
else:
    raise SystemExit(f"What is {what}?")
