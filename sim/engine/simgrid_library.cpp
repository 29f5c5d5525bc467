#include "sim/engine/simgrid_library.hpp"

#define BOOST_DLL_USE_STD_FS

#include <dlfcn.h>

#include <boost/dll/runtime_symbol_info.hpp>
#include <filesystem>
#include <stdexcept>

namespace ktlssim {

// The SimGrid engine is a library of its own, loaded when it is first wanted: what Debian's libsimgrid brings
// along takes longer to start than most runs.
namespace {

using MakeEngine = Engine* (*)();

// Beside the program, or where the installation puts it.
std::filesystem::path library_path() {
  const std::filesystem::path directory = boost::dll::program_location().parent_path();
  const std::filesystem::path beside = directory / KTLSSIM_SIMGRID_LIBRARY;
  return std::filesystem::exists(beside) ? beside
                                         : directory / KTLSSIM_LIBRARIES_FROM_BIN / KTLSSIM_SIMGRID_LIBRARY;
}

MakeEngine load() {
  void* const library = dlopen(library_path().c_str(), RTLD_NOW);
  void* const symbol = library == nullptr ? nullptr : dlsym(library, "ktlssim_make_simgrid_engine");
  if (symbol == nullptr) throw std::runtime_error(dlerror());
  return reinterpret_cast<MakeEngine>(symbol);
}

MakeEngine loaded() {
  static const MakeEngine make = load();
  return make;
}

}  // namespace

void load_simgrid_engine() { loaded(); }

std::unique_ptr<Engine> make_simgrid_engine() { return std::unique_ptr<Engine>(loaded()()); }

}  // namespace ktlssim
