"""Behaves on the wire as a bot of the original does on RabbitMQ: the same declarations, properties and order.

    original_amqp_bot.py PORT send FOLDER QUEUE COUNT              sends the files sent-0, sent-1, ...
    original_amqp_bot.py PORT pass-on FOLDER SOURCE TARGET COUNT   receives, writes seen-0, ..., sends, acknowledges
    original_amqp_bot.py PORT take-and-die FOLDER SOURCE           receives one message and ends without acknowledging
"""
import pathlib
import sys

import pika


class Pipeline:
    def __init__(self, port, *queues):
        self.connection = pika.BlockingConnection(pika.ConnectionParameters(host="127.0.0.1", port=int(port), heartbeat=10))
        self.channel = self.connection.channel()
        self.channel.confirm_delivery()
        for queue in queues:
            self.channel.queue_declare(queue=queue, durable=True, arguments={"x-queue-mode": "lazy"})

    def send(self, queue, message):
        self.channel.basic_publish(exchange="", routing_key=queue, body=message, properties=pika.BasicProperties(delivery_mode=2), mandatory=True)

    def receive(self, source):
        method, _, body = next(self.channel.consume(source))
        self.tag = method.delivery_tag
        return body

    def acknowledge(self):
        self.channel.basic_ack(delivery_tag=self.tag)


def main(port, what, folder, *arguments):
    folder = pathlib.Path(folder)
    if what == "send":
        queue, count = arguments
        pipeline = Pipeline(port, queue)
        for number in range(int(count)):
            pipeline.send(queue, (folder / f"sent-{number}").read_bytes())
    elif what == "pass-on":
        source, target, count = arguments
        pipeline = Pipeline(port, source, target)
        for number in range(int(count)):
            message = pipeline.receive(source)
            (folder / f"seen-{number}").write_bytes(message)
            pipeline.send(target, message)
            pipeline.acknowledge()
    elif what == "take-and-die":
        pipeline = Pipeline(port, arguments[0])
        pipeline.receive(arguments[0])
        return
    pipeline.channel.cancel()
    pipeline.connection.close()


main(*sys.argv[1:])
