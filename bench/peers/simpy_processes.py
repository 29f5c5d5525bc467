#!/usr/bin/python3
"""As a SimPy user would write it: a process and a store a station. Arguments as for the other peers."""

import random
import sys

import simpy

WORKER_NS = 1000
ENGINE_MEAN_NS = 2600
COMPLETION_NS = 1300


class Machine:
    def __init__(self, workers, engines, in_flight):
        self.env = simpy.Environment()
        self.random = random.Random(1)
        self.records = 0
        self.workers = [simpy.Store(self.env) for _ in range(workers)]
        self.device = simpy.Store(self.env)
        self.completions = [simpy.Store(self.env) for _ in range(workers)]
        for worker in range(workers):
            self.workers[worker].items = [worker] * in_flight
            self.env.process(self.worker(worker))
            self.env.process(self.completion(worker))
        for _ in range(engines):
            self.env.process(self.engine())

    def worker(self, index):
        while True:
            record = yield self.workers[index].get()
            yield self.env.timeout(WORKER_NS)
            self.device.put(record)

    def engine(self):
        while True:
            record = yield self.device.get()
            yield self.env.timeout(round(self.random.expovariate(1 / ENGINE_MEAN_NS)))
            self.completions[record].put(record)

    def completion(self, index):
        while True:
            record = yield self.completions[index].get()
            yield self.env.timeout(COMPLETION_NS)
            self.records += 1
            self.workers[index].put(record)


def main():
    workers, engines, in_flight, duration_ns = (int(argument) for argument in sys.argv[1:])
    machine = Machine(workers, engines, in_flight)
    machine.env.run(until=duration_ns)
    print(machine.records)


if __name__ == "__main__":
    main()
