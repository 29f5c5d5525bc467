// What shells complete of a command line of ktlssim: scripts made of the verbs and their options.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace ktlssim {

enum class Shell { bash, zsh, fish };
inline constexpr std::array<std::string_view, 3> kShellNames{"bash", "zsh", "fish"};
inline std::string_view name(Shell shell) { return kShellNames[static_cast<std::size_t>(shell)]; }

std::string completion_script(Shell shell);

}  // namespace ktlssim
