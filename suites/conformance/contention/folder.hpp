// Where a contention case keeps its histories.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "harness/os/host.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/clause.hpp"

namespace ipcmark::contention {

// The directory of a case, removed in the end unless it is to be kept; a private one of this run where the
// verification keeps nothing.
class CaseFolder {
 public:
  // Histories that are wrong on purpose are never kept: to judge them again would tell nothing.
  explicit CaseFolder(bool wrong_on_purpose = false)
      : may_keep_(!wrong_on_purpose && !case_settings().out.empty()),
        kept_(may_keep_ && case_settings().keep),
        path_(case_settings().out) {
    if (path_.empty()) path_ = os::private_directory(session_.id()) + "/histories";
  }
  ~CaseFolder() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  CaseFolder(const CaseFolder&) = delete;
  CaseFolder& operator=(const CaseFolder&) = delete;

  const std::string& path() const noexcept { return path_; }
  void keep() noexcept { kept_ = may_keep_; }

 private:
  Session session_;
  bool may_keep_, kept_;
  std::string path_;
};

}  // namespace ipcmark::contention
