#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "sim/cli/options.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/build_info.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHelp{
    "ktlssim report DIR",
    "Writes DIR/report/index.html, one file that opens from disk, and its plots as PNG and SVG. DIR was "
    "written by `ktlssim run`, `compare` or `sweep` with `--out DIR`, or holds directories of runs, which "
    "are then "
    "laid side by side. A trace.json in them (`run --trace`) becomes a picture. Prints the path of the "
    "report. "
    "Needs python3-pandas and python3-matplotlib. Exit status: 0 done, 1 packages are missing, 2 the input "
    "is wrong.",
    "  ktlssim report out\n"
    "  ktlssim run scenarios/ccr-tls12-gcm128.json --out cmp/async\n"
    "  ktlssim run scenarios/ccr-tls12-gcm128.json --out cmp/blocking \\\n"
    "    --set /ktls/dispatch=blocking\n"
    "  ktlssim report cmp\n"
    "  ktlssim sweep scenarios/sweeps/dispatch.json --out out/dispatch\n"
    "  ktlssim report out/dispatch\n"};

std::string package_directory() {
  const std::filesystem::path source = std::filesystem::path(build_info().source_dir) / "notebooks";
  if (std::filesystem::exists(source / "ktlssim_report")) return source.string();
  return (std::filesystem::path(build_info().data_dir) / "notebooks").string();
}

}  // namespace

int report_verb(const Arguments& arguments) {
  const auto values = parse_options(arguments, {}, kHelp);
  if (!values) return kExitDone;
  const std::string directory = operands(*values, 1, 1, "DIR").front();
  setenv("PYTHONPATH", package_directory().c_str(), 1);
  setenv("KTLSSIM", std::filesystem::read_symlink("/proc/self/exe").c_str(), 1);  // asked for bounds
  // Debian's modules belong to Debian's Python.
  constexpr const char* kPython = "/usr/bin/python3";
  execl(kPython, kPython, "-m", "ktlssim_report", directory.c_str(), nullptr);
  throw std::runtime_error(fmt::format("report needs {} with python3-pandas and python3-matplotlib: {}",
                                       kPython, std::strerror(errno)));
}

}  // namespace ktlssim
