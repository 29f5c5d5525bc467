// A sweep's tables: written point by point, whole or absent.
#include "sim/experiment/sweep/sweep_tables.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace ktlssim {
namespace {

namespace fs = std::filesystem;

class SweepTablesTest : public testing::Test {
 protected:
  SweepTablesTest() : directory_(fs::path(testing::TempDir()) / ("sweep-tables-" + std::to_string(getpid()))) {
    fs::create_directory(directory_);
    sweep_.parameters = {"/ktls/workers"};
    sweep_.settings.replications = 2;
    for (const int workers : {4, 8}) {
      sweep_.points.add({{workers}, 7, {}});
    }
  }
  ~SweepTablesTest() override { fs::remove_all(directory_); }

  static SweepRun run(std::vector<Metric> metrics) {
    SweepRun run{{}, "here"};
    run.result.metrics = std::move(metrics);
    run.result.wall_seconds = 0.5;
    run.result.peak_memory_kib = 100;
    return run;
  }

  std::string text(const char* name) const {
    std::ifstream file(directory_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path directory_;
  Sweep sweep_;
};

TEST_F(SweepTablesTest, rows_have_a_cell_for_a_metric_that_appears_after_them) {
  SweepRun failed{failed_run("line\nbreak, and comma"), "there"};
  SweepTables tables(directory_, sweep_, false);
  tables.add(0, {failed, run({{"a", "us", 1.5}})}, {});
  tables.add(1, {std::nullopt, run({{"b", "", 2}, {"a", "us", 3}})}, {});
  tables.commit();
  EXPECT_EQ(text("runs.csv"),
            "point,replication,/ktls/workers,seed,status,reason,bottleneck,steady,a,b\n"
            "0,0,4,7,failed,\"line break, and comma\",,,,\n"
            "0,1,4,7,done,,,yes,1.5,\n"
            "1,1,8,7,done,,,yes,3,2\n");
  EXPECT_EQ(text("timing.csv"),
            "point,replication,wall_seconds,peak_memory_kib,host,engine\n"
            "0,0,0,0,there,fiber\n"
            "0,1,0.5,100,here,fiber\n"
            "1,1,0.5,100,here,fiber\n");
  EXPECT_EQ(text("summary.csv"),
            "point,/ktls/workers,metric,unit,mean,ci95_lo,ci95_hi,n,spread,bottleneck\n"
            "0,4,a,us,1.5,1.5,1.5,1,deterministic,\n"
            "1,8,b,,2,2,2,1,deterministic,\n"
            "1,8,a,us,3,3,3,1,deterministic,\n");
}

TEST_F(SweepTablesTest, what_is_not_known_has_columns_where_it_was_asked_for) {
  const Json known = {{"metrics", {{"a", {{"known_median", 2}, {"known90", {1, 5}}, {"known50", {1.5, 3}}}}}}};
  SweepTables tables(directory_, sweep_, true);
  tables.add(0, {run({{"a", "us", 1}, {"b", "us", 1}})}, known);
  tables.add(1, {run({{"a", "us", 1}})}, {});
  tables.commit();
  EXPECT_THAT(text("summary.csv"), testing::EndsWith("bottleneck,known_median,known90_lo,known90_hi,known50_lo,known50_hi\n"
                                                     "0,4,a,us,1,1,1,1,deterministic,,2,1,5,1.5,3\n"
                                                     "0,4,b,us,1,1,1,1,deterministic,,,,,,\n"
                                                     "1,8,a,us,1,1,1,1,deterministic,,,,,,\n"));
}

TEST_F(SweepTablesTest, tables_that_are_not_whole_leave_the_old_ones_and_no_file) {
  std::ofstream(directory_ / "runs.csv") << "old\n";
  {
    SweepTables tables(directory_, sweep_, false);
    tables.add(0, {run({{"a", "us", 1}})}, {});
  }
  EXPECT_EQ(text("runs.csv"), "old\n");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 1);
}

}  // namespace
}  // namespace ktlssim
