#include <string>

#include "sim/cli/python.hpp"
#include "sim/cli/verbs.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kReportHelp{
    "ktlssim report DIR [options]",
    "Writes DIR/report/index.html, one file that opens from disk, and its plots as PNG and SVG. DIR was "
    "written by `ktlssim run`, `compare` or `sweep` with `--out DIR`, or holds directories of runs, which "
    "are then "
    "laid side by side. The page has every run and point: hover shows intervals, a click the run, its "
    "settings and the command that repeats it. What failed is said. A page holds 5000 points of a sweep at most. A trace.json (`run --trace`) becomes a "
    "picture; see also `ktlssim watch`. Prints the path of the report. "
    "Needs python3-pandas and python3-matplotlib. Exit status: 0 done, 1 packages are missing, 2 the input "
    "is wrong.",
    "  ktlssim report out\n"
    "  ktlssim run scenarios/ccr-tls12-gcm128.json --out cmp/async\n"
    "  ktlssim run scenarios/ccr-tls12-gcm128.json --out cmp/blocking \\\n"
    "    --set /ktls/dispatch=blocking\n"
    "  ktlssim report cmp\n"
    "  ktlssim sweep scenarios/sweeps/dispatch.json --out out/dispatch\n"
    "  ktlssim report out/dispatch\n"
    "  ktlssim report out/dispatch --where /workload/sessions=32\n"};

}  // namespace

Options report_options() {
  return Options(kReportHelp, {"DIR", 1, 1})
      .add("where", "/POINTER=VALUE", Repeatable{}, "of a sweep, only the points with this value, as in its settings; may be repeated");
}

int report_verb(const Values& values) {
  Texts words{values.operands().front()};
  for (const std::string& setting : values.texts("where")) words.push_back(setting);
  become_python("ktlssim_report", words);
}

}  // namespace ktlssim
