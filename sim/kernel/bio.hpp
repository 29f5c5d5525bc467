// Reads of file pages that sendfile(2) waits for: what kern_sendfile.c asks of the disk below the file system.
#pragma once

namespace ktlssim {

struct SfIo;

class FilePages {
 public:
  virtual ~FilePages() = default;
  // Whether all pages of the next pass are in memory.
  virtual bool resident() = 0;
  // Reads the pages of a pass, without blocking; sendfile_iodone runs in the disk's interrupt thread.
  virtual void read(const SfIo& sfio) = 0;
};

}  // namespace ktlssim
