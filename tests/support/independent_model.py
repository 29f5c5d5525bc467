"""A second, small implementation of the ccr case, to check the simulator against.

It is written from the kernel's sources and from what the parameters of a scenario are declared to mean, without
a line of sim/. It covers sendfile over kevent, a NIC with TSO and LRO, and ccr on both dispatch paths, on CPUs that
share one last-level cache. Of the locks it knows the two that threads often meet on: a connection's inpcb and the
control queue. It leaves out what these cases do not reach: limits of memory and PCIe, loss, sched_balance.
An event is a tuple on a heap; a thread is a generator that yields the CPU time it wants, or SLEEP, or USER when it
returns to user mode.
"""
import heapq
import itertools
import random
from collections import deque

SLEEP = -1  # until somebody wakes the thread
USER = -2   # a system call ends: whoever waits with a better priority goes first
SPIN_NS = 20  # how often a spinning thread looks again
TICK_NS = 1e6  # hz = 1000
IDLE = 1000   # a priority behind all others
PAGE = 4096
MTU = 1500
SEGMENT = MTU - 40 - 12       # payload of a full segment: IPv4, TCP, timestamps
MAXSEG = MTU - 40             # t_maxseg has the timestamps in it
HEADERS = 40 + 12 + 14 + 4 + 8 + 12  # what a segment takes of the link beside its payload
FRAMING = {"1.2": 13 + 16, "1.3": 5 + 17}  # header and trailer of an AES-GCM record
CLASSES = ("application", "ktls", "interrupt")


def plain(tree):
    """The scenario without the sources of its values."""
    if isinstance(tree, dict):
        return tree["value"] if "value" in tree else {key: plain(item) for key, item in tree.items()}
    return [plain(item) for item in tree] if isinstance(tree, list) else tree


class Calendar:
    def __init__(self):
        self.now = 0.0
        self.heap = []
        self.order = itertools.count()

    def after(self, delay, action, *arguments):
        heapq.heappush(self.heap, (self.now + delay, next(self.order), action, arguments))

    def run(self, until):
        heap, pop = self.heap, heapq.heappop
        while heap and heap[0][0] <= until:
            self.now, _, action, arguments = pop(heap)
            action(*arguments)
        self.now = until


# ---- CPUs and scheduler ----------------------------------------------------------------------------------------------

class Thread:
    def __init__(self, name, kind, priority, bound=None):
        self.name, self.kind, self.bound = name, kind, bound
        self.base = self.priority = priority
        self.cpu = bound     # the last one it ran on
        self.last_ran = -1e12
        self.left = 0.0      # work it has asked for and not had
        self.asleep = True
        self.slept_at = 0.0
        self.in_slice = self.run = self.slept = 0.0
        self.body = None


class Cpu:
    def __init__(self, index):
        self.index = index
        self.core = [self]       # itself and its siblings
        self.current = None
        self.queue = []          # threads waiting for this CPU, the first of a run queue first
        self.leaving_idle = False
        self.stepping = False    # its thread is executing at this instant
        self.preempting = False  # it gives way as soon as it stops
        self.resched = False     # it gives way when it returns to user mode
        self.since = 0.0
        self.speed = 1.0
        self.generation = 0

    def load(self):
        return len(self.queue) + (self.current is not None)

    def lowpri(self):
        return min([thread.priority for thread in self.queue] + [self.current.priority if self.current else IDLE])


class Scheduler:
    def __init__(self, host, kernel, calendar, draw):
        if host["numa_domains"] != 1 or host["cpus_per_llc"] not in (0, host["cpus"]):
            raise ValueError("the independent model covers CPUs under one last-level cache")
        self.cost = {**kernel["scheduler"], **host["scheduler"]}
        self.calendar, self.random = calendar, draw
        self.smt_speed = host["smt_speed"]
        self.cpus = [Cpu(i) for i in range(int(host["cpus"]))]
        width = int(host["threads_per_core"])
        self.cores = [self.cpus[i:i + width] for i in range(0, len(self.cpus), width)]
        for core in self.cores:
            for cpu in core:
                cpu.core = core
        self.busy = dict.fromkeys(CLASSES, 0.0)
        self.switches = 0

    # Who runs where

    def wake(self, thread, here=None, interrupt=False):
        """`here` is the CPU it happens on: the waker's or, of an interrupt thread, the interrupted one."""
        thread.asleep = False
        ticks = self.calendar.now // TICK_NS - thread.slept_at // TICK_NS
        thread.slept += ticks * TICK_NS
        thread.in_slice = 0.0
        if thread.kind == "application":  # sched_sleep: static_boost
            thread.priority = min(thread.priority, self.cost["pri_min_batch"])
        cpu = thread.bound or self.pickcpu(thread, here, interrupt)
        thread.cpu = cpu
        cpu.queue.append(thread)
        if cpu.current is None:
            if not cpu.leaving_idle:
                cpu.leaving_idle = True
                self.calendar.after(self.cost["cpu_idle_exit_ns"], self.left_idle, cpu)
        elif self.preempts(thread.priority, cpu.current.priority, cpu is not here):
            if cpu.stepping:
                cpu.preempting = True
            else:
                self.preempt(cpu)
        elif cpu is here and thread.priority < cpu.current.priority:
            cpu.resched = True

    def pickcpu(self, thread, here, interrupt):
        last = thread.cpu
        if interrupt:
            if here.lowpri() == IDLE:
                return here
            last = here
        elif last and self.calendar.now - thread.last_ran < self.cost["affinity_l2_ns"] \
                and all(cpu.lowpri() == IDLE for cpu in last.core):
            return last
        found = self.lowest(thread.priority, last) or self.lowest(-1, last)
        if here and here.lowpri() > thread.priority and found.lowpri() < IDLE and here.load() <= found.load() + 1:
            return here
        return found

    def lowest(self, priority, last):
        """The least loaded core, and in it the least loaded CPU, of those that run nothing as good as `priority`."""
        def load(cpu):
            return cpu.load() * self.cost["thread_load"] - (cpu is last) * self.cost["affinity_load"]
        best = None
        for core in self.cores:
            allowed = [(load(cpu), self.random.random(), cpu) for cpu in core if cpu.lowpri() > priority]
            if allowed:
                *tie, cpu = min(allowed, key=lambda item: item[:2])
                rank = (sum(map(load, core)), *tie)
                if best is None or rank < best[0]:
                    best = (rank, cpu)
        return best and best[1]

    def preempts(self, new, running, remote):
        if new >= running:
            return False
        interactive = self.cost["pri_max_interact"]
        return new <= self.cost["preempt_thresh"] or (remote and new <= interactive < running)

    def preempt(self, cpu):
        self.settle(cpu)
        thread = cpu.current
        cpu.queue.insert(0, thread)
        self.dispatch(cpu, self.take(cpu))

    def best_of(self, threads):
        """The first of the best run queue, which several priorities share."""
        return min(threads, key=lambda thread: thread.priority // self.cost["run_queue_width"])

    def take(self, cpu):
        best = self.best_of(cpu.queue)
        cpu.queue.remove(best)
        return best

    def steal(self, thief):
        """For a CPU without a thread: one that waits in its core, or else in the most loaded one."""
        for cores in ([thief.core], self.cores):
            loaded = [(sum(c.load() for c in core), cpu.load(), self.random.random(), cpu) for core in cores for cpu in core
                      if cpu.load() >= self.cost["steal_thresh"] and any(not t.bound for t in cpu.queue)]
            if loaded:
                victim = max(loaded, key=lambda item: item[:3])[3]
                thread = self.best_of([t for t in victim.queue if not t.bound])
                victim.queue.remove(thread)
                return thread
        return None

    def left_idle(self, cpu):
        cpu.leaving_idle = False
        self.pick(cpu)

    def pick(self, cpu):
        thread = self.take(cpu) if cpu.queue else self.steal(cpu)
        was_busy = cpu.current is not None
        if thread:
            self.dispatch(cpu, thread)
        else:
            cpu.current = None
        if was_busy != (cpu.current is not None):
            self.siblings_changed(cpu)

    def dispatch(self, cpu, thread):
        cpu.current = thread
        thread.cpu = cpu
        cpu.resched = False
        thread.left += self.cost["context_switch_ns"]
        self.switches += 1
        self.begin(cpu)

    # Time of a CPU

    def begin(self, cpu):
        cpu.since = self.calendar.now
        cpu.speed = self.smt_speed if any(s.current for s in cpu.core if s is not cpu) else 1.0
        cpu.generation += 1
        self.calendar.after(cpu.current.left / cpu.speed, self.finished, cpu, cpu.generation)

    def settle(self, cpu):
        if cpu.current is None:
            return
        passed = self.calendar.now - cpu.since
        cpu.since = self.calendar.now
        thread = cpu.current
        self.busy[thread.kind] += passed
        thread.in_slice += passed
        thread.run += passed
        thread.last_ran = self.calendar.now
        thread.left = max(0.0, thread.left - passed * cpu.speed)

    def siblings_changed(self, cpu):
        for sibling in cpu.core:
            if sibling is not cpu and sibling.current and not sibling.stepping:
                self.settle(sibling)
                self.begin(sibling)

    def finished(self, cpu, generation):
        if generation != cpu.generation:
            return
        self.settle(cpu)
        thread = cpu.current
        thread.left = 0.0
        cpu.stepping = True
        wish = next(thread.body)
        while wish == 0 or (wish == USER and not self.must_yield(cpu)):
            wish = next(thread.body)
        cpu.stepping = False
        if wish == SLEEP:
            thread.asleep = True
            thread.slept_at = self.calendar.now
            cpu.generation += 1
            self.pick(cpu)
        elif wish == USER:
            cpu.queue.append(thread)
            self.pick(cpu)
        else:
            thread.left = wish
            if cpu.preempting:
                self.preempt(cpu)
            else:
                self.begin(cpu)
        cpu.preempting = False

    def must_yield(self, cpu):
        thread = cpu.current
        thread.priority = self.user_priority(thread)
        if not cpu.queue:
            return False
        if thread.in_slice >= max(self.cost["slice_ns"] / len(cpu.queue), self.cost["slice_min_ns"]):
            thread.in_slice = 0.0
            return True
        return cpu.resched

    def user_priority(self, thread):
        """sched_priority: interactive by the ratio of running to sleeping, or batch (172: nice 0) by the share of a CPU."""
        c, run, slept = self.cost, thread.run, thread.slept
        if c["pri_user"]:
            return c["pri_user"]
        score = 0 if run == 0 else 50 * run / slept if slept > run else 100 - 50 * slept / run
        if score < c["interact_thresh"]:
            return c["pri_min_interact"] + int(score)
        return c["pri_min_batch"] + 20 + int(31 * run / (run + slept))


class Mutex:
    """Adaptive: spins while the owner runs, otherwise blocks and lends its priority."""
    def __init__(self, scheduler):
        self.scheduler = scheduler
        self.owner = None
        self.blocked = []

    def acquire(self, thread):
        while self.owner:
            if self.owner.cpu.current is self.owner:
                yield SPIN_NS
                continue
            yield self.scheduler.cost["turnstile_ns"]
            if self.owner and self.owner.cpu.current is not self.owner:
                self.owner.priority = min(self.owner.priority, thread.priority)
                self.blocked.append(thread)
                yield SLEEP
        self.owner = thread

    def release(self):
        self.owner.priority = self.owner.base
        cpu, self.owner = self.owner.cpu, None
        while self.blocked:
            self.scheduler.wake(self.blocked.pop(), cpu)


# ---- The host under test ---------------------------------------------------------------------------------------------

class Session:
    def __init__(self, inpcb):
        self.inpcb = inpcb
        self.app = self.worker = self.rx = None
        self.offset = 0          # into the file
        self.used = 0            # bytes in the send buffer, framing included
        self.waiting = False     # the application waits for space
        self.records = deque()   # in the send buffer
        self.not_ready = deque()
        self.appended = self.ready = self.sent = self.acked = 0  # positions in the byte stream
        self.folded = deque()    # where records begin whose header is in the trailer before
        self.received = self.ack_timer = 0  # at the peer
        self.delayed = False                # it owes an acknowledgement


class Record:
    __slots__ = ("session", "payload", "pages", "end", "ready", "done", "worker")

    def __init__(self, session, payload, pages, end):
        self.session, self.payload, self.pages, self.end = session, payload, pages, end
        self.ready = self.done = False
        self.worker = None


class Actor:
    """An application thread or a worker: its thread, its queue, and whether it sleeps on that queue."""
    def __init__(self):
        self.thread = None
        self.queue = deque()
        self.sleeping = False


class RxQueue:
    def __init__(self, holdoff_ns, vector):
        self.holdoff_ns, self.vector = holdoff_ns, vector
        self.thread = None
        self.lro = {}            # session: [acknowledged position, when it came]
        self.entries = deque()
        self.armed = True


class Model:
    def __init__(self, effective, seed):
        s = plain(effective)
        host, driver = s["host"], s["driver"]
        if driver["kind"] != "ccr" or s["network"]["kind"] != "nic" or s["workload"]["kind"] != "sendfile" \
                or s["workload"]["io"] != "kevent" or not s["ktls"]["sw_buffer_cache"] \
                or not (s["network"]["tso"] and s["network"]["lro"]) or s["network"]["ack_bytes"]:
            raise ValueError("the independent model covers ccr, sendfile, kevent and a NIC with TSO and LRO")
        self.random = random.Random(seed)
        self.calendar = Calendar()
        self.scheduler = Scheduler(host, s["kernel"], self.calendar, self.random)
        self.sched = self.scheduler.cost
        self.app, self.ktls, self.ocf, self.tcp = (
            host[group] for group in ("application", "ktls", "opencrypto", "tcp"))
        self.device, self.ccr = driver["device"], driver["ccr"]
        self.cipher = driver["ciphers"][s["tls"]["cipher"]]
        self.network, self.work = s["network"], s["workload"]
        self.framing = FRAMING[s["tls"]["version"]]
        self.compress = s["ktls"]["sbready_compress"]
        self.maxlen = min(int(s["ktls"]["maxlen_bytes"]), 16384)
        self.blocking = s["ktls"]["dispatch"] == "blocking"
        self.bind = int(s["ktls"]["bind_threads"])
        self.engines = [0.0] * int(self.device["engines"])  # when each is free
        self.control_queue = Mutex(self.scheduler)
        # Free ones, as far as the host knows: the status page takes one entry, and one always stays empty.
        self.descriptors = self.ccr["ring_descriptors"] - 2
        self.freed = 0                                      # by the device since it last told
        self.unasked = 0                                    # written since it was last asked to tell
        self.update_asked = False                           # an interrupt for freed descriptors is on its way
        self.wr_list = deque()                              # what does not fit into the ring
        self.link_free = 0.0
        self.counts = dict.fromkeys(("payload", "records", "batches", "outputs", "bursts", "acks", "interrupts",
                                     "drained by submitter", "drained by interrupt"), 0)
        self.device_busy = []  # (start, end) of every service
        self.build(int(s["ktls"]["workers"]) or len(self.scheduler.cpus))

    def build(self, workers):
        cpus = self.scheduler.cpus
        count = int(self.work["sessions"])
        app_threads = int(self.work["app_threads"]) or min(len(cpus), count)
        holdoff = self.network["rx_holdoff_us"] * 1e3
        # Vectors go round the cores, siblings left out: that for errors, that for events, the receive queues.
        vectors = itertools.cycle([core[0] for core in self.scheduler.cores])
        next(vectors)
        self.event_queue = RxQueue(self.ccr["event_holdoff_ns"], next(vectors))
        self.queues = [RxQueue(holdoff, next(vectors)) for _ in range(int(self.network["rx_queues"]) or len(cpus))]
        for i, queue in enumerate([self.event_queue] + self.queues):
            self.thread(queue, f"irq{i}", "interrupt", "pri_ithread_net", self.interrupt_thread)
        self.taskqueue = Actor()
        self.thread(self.taskqueue, "tq", "interrupt", "pri_ithread_net", self.wrq_tx_drain)
        self.workers = [Actor() for _ in range(workers)]
        body = self.ktls_blocking if self.blocking else self.ktls_async
        for i, worker in enumerate(self.workers):
            bound = cpus[i % len(cpus)] if self.bind else None
            self.thread(worker, f"KTLS{i}", "ktls", "pri_kthread", body, bound)
        self.apps = [Actor() for _ in range(app_threads)]
        for i, app in enumerate(self.apps):
            self.thread(app, f"app{i}", "application", "pri_min_interact", self.application)
        for i in range(count):
            flow = {"sequential": i, "zero": 0}.get(self.work["flow_ids"], self.random.getrandbits(32))
            session = Session(Mutex(self.scheduler))
            session.app = self.apps[i % app_threads]
            session.worker = self.workers[flow % workers]
            session.rx = self.queues[flow % len(self.queues)]
            self.calendar.after(self.random.random() * self.work["start_spread_us"] * 1e3, self.start, session)

    def thread(self, owner, name, kind, priority, body, bound=None):
        owner.thread = Thread(name, kind, self.sched[priority], bound)
        owner.thread.body = body(owner)
        if isinstance(owner, RxQueue):
            next(owner.thread.body)  # runs to its first sleep
        else:
            self.scheduler.wake(owner.thread)

    def start(self, session):
        session.app.queue.append(session)
        if session.app.sleeping:
            session.app.sleeping = False
            self.scheduler.wake(session.app.thread)

    def wakeup(self, actor, waker):
        """wakeup(9) by the thread that runs this: costs only if there is a sleeper."""
        if actor.sleeping:
            actor.sleeping = False
            yield self.sched["wakeup_ns"]
            self.scheduler.wake(actor.thread, waker.thread.cpu)

    # Application

    def application(self, me):
        c = self.app
        lowat = self.work["send_buffer_bytes"] // 2
        while True:
            yield c["syscall_ns"] + c["kevent_ns"]
            while not me.queue:
                me.sleeping = True
                yield SLEEP
            events = list(me.queue)
            me.queue.clear()
            yield c["kevent_event_ns"] * len(events)
            yield USER
            for session in events:
                yield c["application_ns"] + c["syscall_ns"] + c["sendfile_ns"]
                yield from self.sendfile(me, session, lowat)
                if self.work["send_buffer_bytes"] - session.used >= lowat:
                    me.queue.append(session)
                else:
                    session.waiting = True
                yield USER

    def sendfile(self, me, session, lowat):
        left = int(self.work["write_bytes"])
        while left > 0:
            space = self.work["send_buffer_bytes"] - session.used
            if space < left and space < lowat:
                return
            take = left
            if space < left:  # vn_sendfile then ends at a page's end
                take = space - (session.offset + space) % PAGE
            left -= take
            batch = []
            position = session.appended
            while take > 0:
                in_page = session.offset % PAGE
                payload = min(take, self.maxlen, -(-self.maxlen // PAGE) * PAGE - in_page)
                pages = -(-(in_page + payload) // PAGE)
                position += payload + self.framing
                batch.append(Record(session, payload, pages, position))
                session.offset += payload
                take -= payload
            c = self.app
            yield (c["sendfile_page_ns"] * sum(record.pages for record in batch)
                   + (c["mb_alloc_ext_pgs_ns"] + self.ktls["ktls_frame_ns"]) * len(batch))
            yield from session.inpcb.acquire(me.thread)
            yield c["sbappend_ns"]
            session.used += position - session.appended
            session.appended = position
            session.records.extend(batch)
            session.not_ready.extend(batch)
            session.inpcb.release()
            yield self.ktls["soref_ns"] + self.ktls["ktls_enqueue_ns"]
            self.counts["batches"] += 1
            session.worker.queue.append(batch)
            yield from self.wakeup(session.worker, me)

    # KTLS workers

    def drained(self, me):
        while True:
            while not me.queue:
                me.sleeping = True
                yield SLEEP
            taken = list(me.queue)
            me.queue.clear()
            for batch in taken:
                yield self.ktls["ktls_work_thread_ns"]
                yield batch

    def submission_ns(self):
        k = self.ktls
        return (k["ktls_encrypt_record_ns"] + k["ktls_ocf_encrypt_ns"] + self.ocf["crypto_dispatch_ns"]
                + self.device["process_ns"])

    def destination_ns(self, record):
        """A buffer from the cache, which is for records of more than two pages."""
        return self.ktls["ktls_buffer_alloc_ns"] if record.pages > 2 else self.ktls["vm_page_alloc_ns"] * record.pages

    def finish_ns(self, record):
        k = self.ktls
        return k["ktls_finish_nonanon_ns"] + k["page_unwire_ns"] * record.pages + k["ktls_free_ns"]

    def ktls_async(self, me):
        k = self.ktls
        submission = k["state_alloc_ns"] + k["soref_ns"] + self.submission_ns()
        for wish in self.drained(me):
            if not isinstance(wish, list):
                yield wish
                continue
            for record in wish:
                yield submission + self.destination_ns(record)
                yield from self.t4_wrq_tx(me, record)
            yield k["sorele_ns"]

    def ktls_blocking(self, me):
        k = self.ktls
        submission = self.submission_ns()
        for wish in self.drained(me):
            if not isinstance(wish, list):
                yield wish
                continue
            for record in wish:
                yield submission + self.destination_ns(record)
                record.worker = me
                yield from self.t4_wrq_tx(me, record)
                while not record.done:
                    yield SLEEP
                yield self.finish_ns(record)
            yield from self.tcp_usr_ready(me, wish)
            yield k["sorele_ns"]

    def tcp_usr_ready(self, me, records):
        session = records[0].session
        yield from session.inpcb.acquire(me.thread)
        yield self.tcp["tcp_usr_ready_ns"] + self.tcp["sbready_ns"] * len(records)
        for record in records:
            record.ready = True
        head = session.not_ready[0].ready
        run = records  # what sbready_compress looks at
        if head:
            run = []
            while session.not_ready and session.not_ready[0].ready:
                run.append(session.not_ready.popleft())
            session.ready = run[-1].end
        if self.compress and len(run) > 1:
            yield self.tcp["sbready_compress_ns"] * (len(run) - 1)
            session.folded.extend(record.end for record in run[:-1])
        if head:
            yield from self.tcp_output(session)
        session.inpcb.release()

    # Device

    def t4_wrq_tx(self, me, record):
        yield from self.control_queue.acquire(me.thread)
        yield self.device["ring_ns"]
        if not self.wr_list and self.descriptors >= self.ccr["descriptors_per_request"]:
            self.submit(record)
        else:
            self.wr_list.append(record)
            yield from self.drain_wr_list("submitter")
        self.control_queue.release()

    def egress_update(self):
        self.update_asked = False
        self.taskqueue.queue.append("drain")
        yield from self.wakeup(self.taskqueue, self.event_queue)

    def wrq_tx_drain(self, me):
        while True:
            while not me.queue:
                me.sleeping = True
                yield SLEEP
            me.queue.clear()
            yield from self.control_queue.acquire(me.thread)
            yield from self.drain_wr_list("interrupt")
            self.control_queue.release()

    def drain_wr_list(self, who):
        while self.wr_list and self.descriptors >= self.ccr["descriptors_per_request"]:
            yield self.ccr["drain_ns"]
            self.counts["drained by " + who] += 1
            self.submit(self.wr_list.popleft())

    def submit(self, record):
        now = self.calendar.now
        size = self.ccr["descriptors_per_request"]
        self.unasked += size
        interrupt = not self.update_asked and self.descriptors < (self.ccr["ring_descriptors"] - 1) / 4
        tell = interrupt or self.unasked >= self.ccr["egress_update_descriptors"]
        self.update_asked |= interrupt
        self.unasked = 0 if tell else self.unasked
        self.descriptors -= size
        service = self.cipher["request_ns"] + self.cipher["byte_ns"] * record.payload
        if self.device["law"] == "exponential":
            service = self.random.expovariate(1 / service)
        start = max(now + self.device["latency_submit_ns"], heapq.heappop(self.engines))
        heapq.heappush(self.engines, start + service)
        self.device_busy.append((start, start + service))
        self.calendar.after(start - now, self.taken_up, tell, interrupt)
        self.calendar.after(start + service + self.device["latency_complete_ns"] - now, self.entry, self.queues[0],
                            self.completed(record))

    def taken_up(self, tell, interrupt):
        self.freed += self.ccr["descriptors_per_request"]
        if tell:
            self.descriptors += self.freed
            self.freed = 0
        if interrupt:
            self.entry(self.event_queue, self.egress_update())

    # Interrupts

    def entry(self, queue, work):
        queue.entries.append(work)
        if queue.armed:
            queue.armed = False
            self.calendar.after(queue.holdoff_ns, self.raise_interrupt, queue)

    def raise_interrupt(self, queue):
        self.counts["interrupts"] += 1
        self.scheduler.wake(queue.thread, queue.vector, interrupt=True)

    def interrupt_thread(self, me):
        while True:
            yield SLEEP
            yield self.sched["interrupt_ns"]
            for seen in itertools.count(1):
                if not me.entries:
                    break
                yield from me.entries.popleft()
                if seen % 64 == 0:
                    yield from self.tcp_lro_flush(me, self.network["lro_timeout_us"] * 1e3)
            yield from self.tcp_lro_flush(me, 0)
            yield self.sched["interrupt_exit_ns"]
            me.armed = not me.entries
            if me.entries:
                self.calendar.after(me.holdoff_ns, self.raise_interrupt, me)

    def completed(self, record):
        me = self.queues[0]
        k = self.ktls
        cost = self.device["response_ns"] + self.ocf["crypto_done_ns"]
        if self.blocking:
            yield cost + k["ktls_ocf_callback_ns"]
            record.done = True
            if record.worker.thread.asleep:
                yield self.sched["wakeup_ns"]
                self.scheduler.wake(record.worker.thread, me.thread.cpu)
            return
        yield cost + k["ktls_encrypt_cb_ns"] + self.finish_ns(record) + k["state_free_ns"]
        yield from self.tcp_usr_ready(me, [record])
        yield k["sorele_ns"]

    # TCP, the link and the peer

    def tcp_output(self, session):
        n, t = self.network, self.tcp
        self.counts["outputs"] += 1
        idle = session.sent == session.acked
        again = 0
        yield t["tcp_output_ns"]
        while True:
            available = session.ready - session.sent
            length = min(available, n["window_bytes"] - (session.sent - session.acked))
            if length <= 0 or (length < MAXSEG and not (length == available and (idle or n["tcp_nodelay"]))):
                return
            if length > MAXSEG:  # a TSO burst ends at a segment, unless it empties the buffer
                length = min(length, n["tso_bytes"] - 40 - 12)
                length -= length % SEGMENT if length < available else 0
            length = min(length, SEGMENT) if length <= MAXSEG else length
            session.sent += length
            self.counts["bursts"] += 1
            cost = again + t["tcp_output_burst_ns"] + t["tcp_output_ns_per_byte"] * length
            again = t["tcp_output_ns"]  # sendalot
            while session.folded and session.folded[0] < session.sent:
                session.folded.popleft()
                cost -= t["gather_entry_ns"]
            cost += t["reclaim_tx_descs_ns"] * (2 + length / self.maxlen)  # header, and parts of records
            yield cost
            now = self.calendar.now
            wire = length + -(-length // SEGMENT) * HEADERS
            self.link_free = max(now, self.link_free) + wire * 8 / n["rate_gbps"]
            self.calendar.after(self.link_free - now + n["rtt_us"] * 500, self.arrived, session, length)

    def arrived(self, session, length):
        """DELAY_ACK at the peer: each second segment, and at once what its LRO has made longer than one."""
        session.received += length
        if length > MAXSEG or session.delayed:
            self.acknowledge(session, session.ack_timer)
        else:
            session.delayed = True
            self.calendar.after(self.network["delayed_ack_us"] * 1e3, self.acknowledge, session, session.ack_timer)

    def acknowledge(self, session, timer):
        if timer != session.ack_timer:
            return
        session.ack_timer += 1
        session.delayed = False
        self.calendar.after(self.network["rtt_us"] * 500, self.entry, session.rx,
                            self.tcp_lro_rx(session, session.received, session.rx))

    def tcp_lro_rx(self, session, position, queue):
        if session in queue.lro:
            yield self.tcp["lro_ack_ns"]
        elif len(queue.lro) >= self.network["lro_entries"]:
            yield from self.tcp_input(session, position, queue)
            return
        queue.lro[session] = (position, self.calendar.now)

    def tcp_lro_flush(self, queue, older_than_ns):
        for session, (position, came) in list(queue.lro.items()):
            if self.calendar.now - came >= older_than_ns:
                del queue.lro[session]
                yield from self.tcp_input(session, position, queue)

    def tcp_input(self, session, position, me):
        t = self.tcp
        self.counts["acks"] += 1
        yield from session.inpcb.acquire(me.thread)
        cost = t["tcp_input_ack_ns"]
        freed = []
        while session.records and session.records[0].end <= position:
            record = session.records.popleft()
            freed.append(record)
            cost += t["sbdrop_record_ns"] + t["page_free_ns"] * record.pages
        yield cost
        session.used -= position - session.acked
        session.acked = position
        self.counts["records"] += len(freed)
        self.counts["payload"] += sum(record.payload for record in freed)
        if session.waiting:
            yield t["sowwakeup_ns"]
            if session.waiting and self.work["send_buffer_bytes"] - session.used >= self.work["send_buffer_bytes"] // 2:
                session.waiting = False
                session.app.queue.append(session)
                yield from self.wakeup(session.app, me)
        if session.acked < session.ready:
            yield from self.tcp_output(session)
        session.inpcb.release()

    def settle(self):
        for cpu in self.scheduler.cpus:
            self.scheduler.settle(cpu)


def simulate(effective, warmup_ms=None, duration_ms=None, seed=1):
    """One run of a scenario, given as `effective` of a result in JSON: throughput, and CPU by class of thread."""
    measure = plain(effective["measure"])
    warmup = 1e6 * (measure["warmup_ms"] if warmup_ms is None else warmup_ms)
    duration = 1e6 * (measure["duration_ms"] if duration_ms is None else duration_ms)
    model = Model(effective, seed)
    model.calendar.run(warmup)
    model.settle()
    busy, counts, switches = dict(model.scheduler.busy), dict(model.counts), model.scheduler.switches
    model.calendar.run(warmup + duration)
    model.settle()
    busy = {kind: model.scheduler.busy[kind] - busy[kind] for kind in CLASSES}
    counts = {name: model.counts[name] - counts[name] for name in counts}
    service = sum(max(0.0, min(end, warmup + duration) - max(start, warmup)) for start, end in model.device_busy)
    per_record = {kind: busy[kind] / counts["records"] / 1e3 for kind in CLASSES}
    return {
        "throughput_gbps": counts["payload"] * 8 / duration,
        "records_per_second": counts["records"] / duration * 1e9,
        "cpu_percent": 100 * sum(busy.values()) / duration / len(model.scheduler.cpus),
        "cpu_us_per_record": {**per_record, "total": sum(per_record.values())},
        "device_utilization": service / duration / len(model.engines),
        "counts": counts,
        "context_switches_per_second": (model.scheduler.switches - switches) / duration * 1e9,
    }
