// The clipboard while it is borrowed from the user, and the clauses of WCB about those who filled it.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "suites/conformance/contracts/windows/puppet.hpp"

namespace ipcmark::windows {

inline const std::string text_format = std::to_string(CF_TEXT);

// While it lives, the clipboard may be changed. Throws Unsupported unless the user has allowed that. A text
// that was there is put back in the end.
class Borrowed {
 public:
  Borrowed();
  ~Borrowed();
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

 private:
  std::optional<std::wstring> text_;
};

// Processes that use it, each with a window of its own.
struct Users {
  explicit Users(std::size_t count);
  Puppet& operator[](std::size_t k) { return all[k]; }
  const Borrowed borrowed;
  std::deque<Puppet> all;
};

void put_text(Puppet&, const std::string& text);
// What another line says while it has the clipboard open.
std::string get_text(Puppet&, const std::string& line = "get " + text_format);

// clipboard_owners.cpp
void a_promise_is_kept_once();
void a_promise_goes_with_its_process();
void rendered_data_outlive_their_process();
void a_dead_process_has_it_open_no_more();
void data_outlive_their_writer();

}  // namespace ipcmark::windows
