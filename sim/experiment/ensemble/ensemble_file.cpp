#include "sim/experiment/ensemble/ensemble_file.hpp"

#include <fmt/format.h>

#include "models/counted.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/text/sealed_json.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

namespace {

Json figure_json(const PublishedFigure& f) {
  return {{"name", f.claim},          {"source", f.source},   {"scenario", f.scenario},
          {"metric", f.metric},       {"kind", name(f.kind)}, {"limit", f.limit},
          {"no_difference", f.nothing}, {"known_failure", f.missed}, {"published", number_json(f.published)},
          {"sd", number_json(f.sd)},  {"dice", number_json(f.dice)}, {"plain", number_json(f.plain)}, {"profiles", f.profiles},
          {"made_of", f.made_of}};
}

PublishedFigure read_figure(const Json& json) {
  const std::string kind = json.at("kind").get<std::string>();
  const auto known = std::ranges::find(kFigureKindNames, kind);
  return {.claim = json.at("name").get<std::string>(),
          .source = json.at("source").get<std::string>(),
          .scenario = json.at("scenario").get<std::string>(),
          .metric = json.at("metric").get<std::string>(),
          .kind = known == kFigureKindNames.end() ? FigureKind::other
                                                  : static_cast<FigureKind>(known - kFigureKindNames.begin()),
          .limit = json.at("limit").get<bool>(),
          .nothing = json.at("no_difference").get<bool>(),
          .missed = json.at("known_failure").get<bool>(),
          .published = json.at("published").get<double>(),
          .sd = json.at("sd").get<double>(),
          .dice = json.at("dice").get<double>(),
          .plain = json.at("plain").get<double>(),
          .profiles = json.at("profiles").get<std::vector<std::string>>(),
          .made_of = json.value("made_of", "")};
}

}  // namespace

Json EnsembleFile::json() const {
  Json made{{"version", version}, {"command", command}};
  Json claim_list = Json::array();
  for (const PublishedFigure& figure : figures) claim_list.push_back(figure_json(figure));
  Json draw_list = Json::array();
  for (const std::vector<double>& draw : draws) draw_list.push_back(figures_text(draw));
  Json all{{"made", made}, {"priors", priors}, {"claims", claim_list}, {"draws", draw_list}};
  if (!later.empty()) all["later_waves"] = later_waves_json(later, figures);
  return sealed(std::move(all));
}

std::filesystem::path default_ensemble() { return default_suite().parent_path() / "ensemble.json"; }

EnsembleFile load_ensemble(const std::filesystem::path& path) {
  std::string why;
  const std::optional<Json> json = read_sealed(path, why);
  if (!json) throw InputError({{"", "", "", why}});
  EnsembleFile file;
  try {
    file.version = json->at("made").at("version").get<std::string>();
    file.command = json->at("made").at("command").get<std::string>();
    file.priors = json->at("priors").get<Priors>();
    for (const Json& claim : json->at("claims")) file.figures.push_back(read_figure(claim));
    for (const Json& draw : json->at("draws")) file.draws.push_back(read_figures(draw.get<std::string>()));
    if (json->contains("later_waves"))
      file.later = read_later_waves(json->at("later_waves"), file.figures, file.draws.size(), path);
  } catch (const Json::exception&) {
    refuse_ensemble(path, "", "not the file of an ensemble");
  }
  for (std::size_t i = 0; i < file.draws.size(); ++i)
    if (file.draws[i].size() != file.figures.size())
      refuse_ensemble(path, fmt::format("/draws/{}", i), "expected " + counted(file.figures.size(), "figure"));
  if (file.draws.empty()) refuse_ensemble(path, "/draws", "there is no draw");
  return file;
}

}  // namespace ktlssim
