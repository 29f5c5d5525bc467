#include "models/scenario_parameters.hpp"

#include "models/readers.hpp"

namespace ktlssim {

void describe(ParameterVisitor& v, KtlsParameters& p) {
  v.choice(
      "mode", p.mode, kKtlsModeNames, KtlsMode::software,
      "software: the driver encrypts; ifnet: the NIC does, and neither worker nor driver has any part in it; "
      "userland: the application does, in user mode, and writes records to a plain socket (sendfile: it reads the "
      "file first); left out, as the kernel chooses (/kernel/ktls/ifnet_permitted, /network/card)");
  v.integer("userland_threads", p.userland_threads, {0, 0, 65536},
            "mode userland: threads of a pool that read and encrypt for the application threads; 0 = these do it "
            "themselves");
  v.choice("dispatch", p.dispatch, kDispatchNames, Dispatch::driver,
           "driver: async if the driver is (the kernel since D31665); blocking: one record a worker at a "
           "time (before); left out, as the kernel does");
  v.read_by(readers::kAsyncDriver);
  v.integer("workers", p.workers, {0, 0, 1024}, "KTLS worker threads; 0 = one per CPU, as the kernel does");
  v.integer(
      "bind_threads", p.bind_threads, {0, 0, 2},
      "kern.ipc.tls.bind_threads: 0 = float, 1 = worker i on CPU i, 2 = on the CPUs of its NUMA domain, to "
      "which the flow ids of its connections are confined");
  v.read_by(readers::kSoftwareTls);
  v.flag("sw_buffer_cache", p.sw_buffer_cache, true,
         "kern.ipc.tls.sw_buffer_cache: 16 KiB destination buffers from a cache; left out, as the kernel does");
  v.read_by(readers::kSendfileEncrypted);
  v.integer(
      "contiguous_buffers", p.contiguous_buffers, {0, 0, 1000000000},
      "16 KiB pieces of contiguous memory for that cache until the alloc thread makes more; 0 = enough");
  v.read_by(readers::kBufferCache);
  v.integer("max_alloc", p.max_alloc, {128, 1, 1000000},
            "kern.ipc.tls.max_alloc, later max_reclaim: buffers that it makes at a time; left out, the kernel's");
  v.read_by(readers::kContiguousBuffers);
  v.choice("contig_memory", p.contig_memory, kContigMemoryNames, ContigMemory::plentiful,
           "once contiguous_buffers are used: plentiful: max_alloc more at a time; fragmented: no contiguous piece is "
           "left, so that the kernel before D39421 scans in vain, and since then its reclaim thread moves pages");
  v.read_by(readers::kContiguousBuffers);
  v.integer("maxlen_bytes", p.maxlen_bytes, {kTlsMaxPayloadBytes, 64, kTlsMaxPayloadBytes},
            "kern.ipc.tls.maxlen: payload of a record");
  v.read_by(readers::kApplication);
  v.integer("state_bytes", p.state_bytes, {528, 1, 65536},
            "struct ktls_ocf_state; 528 by the review of D31665");
  v.read_by(readers::kAsyncDispatch);
  v.flag("legacy_callback", p.legacy_callback, false,
         "13.0's callback, which locks and wakes even for software drivers; left out, as the kernel does");
  v.read_by(readers::kSyncDriver);
  v.flag("sbready_compress", p.sbready_compress, true,
         "sbready folds the header of a record into the trailer of the one before it (13.0 has it)");
  v.read_by(readers::kApplication);
  v.flag(
      "sequential_records", p.sequential_records, true,
      "TLS 1.0: park batches that arrive out of order (D32381, October 2021); without it they are encrypted "
      "out of order and the peer cannot read them; left out, as the kernel does");
  v.read_by(readers::kTls10);
}

void describe(ParameterVisitor& v, TlsParameters& p) {
  v.choice("version", p.version, kTlsVersionNames, TlsVersion::tls12, "TLS version");
  v.choice("cipher", p.cipher, kCipherNames, Cipher::aes_128_gcm, "cipher suite's AEAD");
}

void describe(ParameterVisitor& v, FaultParameters& p) {
  v.number("probability", p.probability, {0, 0, 1}, "a crypto request fails with this probability");
  v.read_by(readers::kSoftwareTls);
  v.integer("every_nth", p.every_nth, {0, 0, 1000000000}, "every n-th crypto request fails; 0 = none");
  v.read_by(readers::kSoftwareTls);
  v.number("from_ms", p.from_ms, {0, 0, 1e6}, "requests fail from this simulated time on");
  v.read_by(readers::kFailingRequests);
  v.number("to_ms", p.to_ms, {1e6, 0, 1e6}, "and until this one");
  v.read_by(readers::kFailingRequests);
  v.number("device_dead_from_ms", p.device_dead_from_ms, {1e6, 0, 1e6},
           "the device completes nothing that it is given from this simulated time on");
  v.read_by(readers::kDevice);
  v.number("driver_unloaded_ms", p.driver_unloaded_ms, {kNeverMs, 0, kNeverMs},
           "the first driver unregisters at this simulated time, 1e6 = never; its sessions move to another "
           "one, each request that meets it is retried");
  v.read_by(readers::kSoftwareTls);
  v.number("nomem_probability", p.nomem_probability, {0, 0, 1},
           "ccr: memory for a work request is not there (M_NOWAIT), which fails the request with ENOMEM");
  v.read_by(readers::kCcr);
  v.number("vm_wait_probability", p.vm_wait_probability, {0, 0, 1},
           "a worker's allocation that may sleep (M_WAITOK: the state of an asynchronous request, a destination "
           "page) finds no memory with this probability");
  v.read_by(readers::kSoftwareTls);
  v.number("vm_wait_us", p.vm_wait_us, {1000, 0, 1e7},
           "and sleeps for this mean time, distributed exponentially, with all sessions of that worker");
  v.read_by(readers::kVmWait);
}

void describe(ParameterVisitor& v, WhatIfParameters& p) {
  v.flag("direct_dispatch", p.direct_dispatch, false,
         "not in any kernel: the sender dispatches asynchronous records itself, without a worker");
  v.read_by(readers::kAsyncDispatch);
  v.flag("async_cbc", p.async_cbc, false,
         "not in any kernel: AES-CBC goes async too, the callback of the MAC dispatches the encryption");
  v.read_by(readers::kCbc);
  v.choice("state_allocator", p.state_allocator, kStateAllocatorNames, StateAllocator::malloc,
           "uma is not in any kernel: the state of asynchronous requests from a UMA zone");
  v.read_by(readers::kAsyncDispatch);
  v.integer("cap_per_worker", p.cap_per_worker, {0, 0, 1000000},
            "not in any kernel: a worker waits while it has so many records in flight; 0 = no cap");
  v.read_by(readers::kAsyncDispatch);
  v.integer("cap_per_session", p.cap_per_session, {0, 0, 1000000},
            "not in any kernel: and while the session has so many");
  v.read_by(readers::kAsyncDispatch);
  v.integer("cap_per_bank", p.cap_per_bank, {0, 0, 1000000},
            "not in any kernel: and while the qat bank of its CPU has so many; workers that look at the same "
            "time may exceed it by one each");
  v.read_by(readers::kQat);
  v.integer(
      "return_workers", p.return_workers, {0, 0, 1024},
      "not in any kernel: KTLS without CRYPTO_F_CBIMM (CBIFSYNC on), so callbacks of coprocessors run in "
      "so many crypto return threads; 0 = inline");
  v.read_by(readers::kAsyncDriver);
  v.flag("requeue_when_full", p.requeue_when_full, false,
         "not in any kernel: qat reports a full ring by ERESTART, so that OpenCrypto queues the request");
  v.read_by(readers::kQat);
  v.integer(
      "ready_group_records", p.ready_group_records, {1, 1, 1024},
      "not in any kernel: asynchronous records become ready in groups of so many of a session, or when it "
      "has none in flight");
  v.read_by(readers::kAsyncDispatch);
  v.integer("spill_records", p.spill_records, {0, 0, 1000000},
            "not in any kernel: while a card has so many requests of KTLS, AEAD records go to a software driver of "
            "/other_drivers, on the worker's CPU; 0 = off");
  v.read_by(readers::kAsyncDriver);
  v.number("spill_wait_us", p.spill_wait_us, {0, 0, 1e6},
           "not in any kernel: the same while what the card has been given would keep its engines busy for longer "
           "than this; 0 = off");
  v.read_by(readers::kAsyncDriver);
  v.number("spill_back", p.spill_back, {1, 0, 1},
           "not in any kernel: records go back to the card once it is below so much of these bounds");
  v.read_by(readers::kSpill);
  v.integer("poll_threads", p.poll_threads, {0, 0, 1024},
            "not in any kernel: so many kernel threads a device poll its completion queues (ccr: the receive queues "
            "that get completions) instead of its interrupts; 0 = off");
  v.read_by(readers::kCard);
  v.number("poll_interval_us", p.poll_interval_us, {0, 0, 1e5},
           "not in any kernel: and sleep so long when they have found nothing; 0 = they look again at once");
  v.read_by(readers::kPolling);
}

void describe(ParameterVisitor& v, MeasureParameters& p) {
  v.choice("warmup", p.warmup, kWarmupNames, Warmup::fixed,
           "fixed: warmup_ms; auto: until the throughput has settled by MSER-5, found in a run of "
           "duration_ms that goes before; where that is past its half, the run is too short. Where neither it nor "
           "warmup_ms nor duration_ms is given it is auto, and duration_ms is 0");
  v.number("warmup_ms", p.warmup_ms, {20, 0, 1e6}, "fixed: simulated before anything is measured");
  v.read_by(readers::kFixedWarmup);
  v.number("duration_ms", p.duration_ms, {100, 0, 1e6},
           "simulated and measured; 0, with warmup auto: as long as it takes until the means may be believed");
  v.number("relative_precision", p.relative_precision, {0, 0, 1},
           "replicate until half the 95 % interval of each of precision_metrics is at most this part of its "
           "mean; 0 = a fixed number of replications");
  v.text("precision_metrics", p.precision_metrics, "throughput_gbps cpu_percent", "metrics, between blanks");
  v.read_by(readers::kPrecision);
  v.integer("min_replications", p.min_replications, {10, 2, 10000},
            "before relative_precision is looked at first; then after half as many more each time");
  v.read_by(readers::kPrecision);
  // Not read by kPrecision alone: a scenario says how many are worth while to whoever asks for a precision.
  v.integer("max_replications", p.max_replications, {100, 2, 10000},
            "after which relative_precision is given up, whether the scenario asks for it or --precision does");
}

}  // namespace ktlssim
