// Reports of the facade as JSON and as lines for people. Names and meaning of the JSON fields are stable: fields are only
// ever added.
#pragma once

#include "apps/cli/console.h"

namespace tacit::cli {

nlohmann::ordered_json to_json(const api::CompileReport& report);
nlohmann::ordered_json to_json(const api::CommitDataReport& report);
nlohmann::ordered_json to_json(const api::ProveReport& report, const std::string& receipt);
nlohmann::ordered_json to_json(const api::EpochReport& report);
nlohmann::ordered_json to_json(const api::RunReport& report);
nlohmann::ordered_json to_json(const api::VerifyReport& report, bool explain);
nlohmann::ordered_json to_json(const api::InspectReport& report);
nlohmann::ordered_json to_json(const api::EstimateReport& report);

void print(const Console& console, const api::CompileReport& report, const std::string& model);
void print(const Console& console, const api::CommitDataReport& report);
void print(const Console& console, const api::ProveReport& report, const std::string& receipt);
void print(const Console& console, const api::EpochReport& report);
void print(const Console& console, const api::RunReport& report);
void print(const Console& console, const api::VerifyReport& report, bool explain);
void print(const Console& console, const api::InspectReport& report, const std::string& path);
void print(const Console& console, const api::EstimateReport& report, const std::string& model);

}  // namespace tacit::cli
