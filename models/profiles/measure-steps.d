#!/usr/sbin/dtrace -s
/*
 * Mean time of the kernel's steps on the way of a TLS record, as a table for `ktlssim calibrate --steps`.
 * UNTESTED on a live FreeBSD. Run it while a KTLS server is loaded:
 *
 *   dtrace -q -s measure-steps.d > steps.csv          (ends by itself after ten seconds)
 *
 * Time in a probed function that it spends in another probed one counts for that one only. A mean includes the two
 * probes themselves, 0.1 to 0.5 us together: trust what is well above `empty_probe`.
 * Functions that the compiler inlined have no probe; dtrace says so, and the line is to be removed.
 */

#pragma D option quiet
#pragma D option aggsize=4m

BEGIN
{
	printf("step,mean,unit\n");
}

fbt::ktls_frame:entry, fbt::ktls_enqueue:entry, fbt::ktls_encrypt_record:entry, fbt::ktls_encrypt_cb:entry,
fbt::ktls_finish_nonanon:entry, fbt::ktls_buffer_alloc:entry, fbt::ktls_ocf_tls12_aead_encrypt:entry,
fbt::crypto_dispatch:entry, fbt::crypto_done:entry, fbt::ccr_process:entry, fbt::do_cpl6_fw_pld:entry,
fbt::tcp_usr_ready:entry, fbt::sbready:entry, fbt::tcp_output:entry, fbt::wakeup:entry, fbt::vn_sendfile:entry
{
	self->depth++;
	self->start[self->depth] = vtimestamp;
	self->inner[self->depth] = 0;
}

fbt::ktls_frame:return, fbt::ktls_enqueue:return, fbt::ktls_encrypt_record:return, fbt::ktls_encrypt_cb:return,
fbt::ktls_finish_nonanon:return, fbt::ktls_buffer_alloc:return, fbt::ktls_ocf_tls12_aead_encrypt:return,
fbt::crypto_dispatch:return, fbt::crypto_done:return, fbt::ccr_process:return, fbt::do_cpl6_fw_pld:return,
fbt::tcp_usr_ready:return, fbt::sbready:return, fbt::tcp_output:return, fbt::wakeup:return, fbt::vn_sendfile:return
{
	this->entered = self->depth > 0;	/* else tracing began inside it */
}

fbt::ktls_frame:return, fbt::ktls_enqueue:return, fbt::ktls_encrypt_record:return, fbt::ktls_encrypt_cb:return,
fbt::ktls_finish_nonanon:return, fbt::ktls_buffer_alloc:return, fbt::ktls_ocf_tls12_aead_encrypt:return,
fbt::crypto_dispatch:return, fbt::crypto_done:return, fbt::ccr_process:return, fbt::do_cpl6_fw_pld:return,
fbt::tcp_usr_ready:return, fbt::sbready:return, fbt::tcp_output:return, fbt::wakeup:return, fbt::vn_sendfile:return
/this->entered/
{
	this->whole = vtimestamp - self->start[self->depth];
	this->own = this->whole - self->inner[self->depth];
	self->start[self->depth] = 0;
	self->inner[self->depth] = 0;
	self->depth--;
	self->inner[self->depth] += this->whole;
}

/* Steps that a host profile calls by the function's name. */
fbt::ktls_frame:return, fbt::ktls_enqueue:return, fbt::ktls_encrypt_record:return, fbt::ktls_encrypt_cb:return,
fbt::ktls_finish_nonanon:return, fbt::ktls_buffer_alloc:return, fbt::crypto_dispatch:return, fbt::crypto_done:return,
fbt::tcp_usr_ready:return, fbt::sbready:return, fbt::tcp_output:return, fbt::wakeup:return
/this->entered/
{
	@own[probefunc] = avg(this->own);
}

/* The others go into a driver profile (process_ns, response_ns) or have costs a page as well; by hand. */
fbt::ccr_process:return, fbt::do_cpl6_fw_pld:return, fbt::vn_sendfile:return, fbt::ktls_ocf_tls12_aead_encrypt:return
/this->entered/
{
	@other[probefunc] = avg(this->own);
}

/* What the probes alone cost: a function that does next to nothing. */
fbt::crypto_destroyreq:entry { self->empty = vtimestamp; }
fbt::crypto_destroyreq:return /self->empty/ { @empty["empty_probe"] = avg(vtimestamp - self->empty); self->empty = 0; }

tick-10s
{
	exit(0);
}

END
{
	printa("%s_ns,%@d,ns\n", @own);
	printa("# %s: %@d ns\n", @other);
	printa("# %s: %@d ns\n", @empty);
}
