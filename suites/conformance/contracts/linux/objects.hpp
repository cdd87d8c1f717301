// Objects of shm_open(3) for the clauses of SHM, and the bodies of those about their size.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"
#include "harness/os/host.hpp"
#include "harness/run/session.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

inline os::Handle open_object(const std::string& name, int flags = O_RDWR) {
  const int file = ::shm_open(name.c_str(), flags, 0600);
  if (file == -1) throw_errno("shm_open " + name);
  return os::Handle(file);
}

inline std::string object_name_in(Session& session) {
  return "/" + os::object_name(session.id(), session.next_link());
}

inline void resize(const os::Handle& file, std::size_t size) {
  check(::ftruncate(file.fd(), static_cast<off_t>(size)), "ftruncate");
}

inline struct stat status_of(const os::Handle& file) {
  struct stat status {};
  check(::fstat(file.fd(), &status), "fstat");
  return status;
}

// An object of the test, whose name is removed when this goes.
class SharedObject {
 public:
  SharedObject(std::string name, std::size_t size)
      : name_(std::move(name)), file_(open_object(name_, O_RDWR | O_CREAT | O_EXCL)) {
    resize(file_, size);
  }
  SharedObject(Session& session, std::size_t size) : SharedObject(object_name_in(session), size) {}
  ~SharedObject() { unlink(); }
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;

  int unlink() const noexcept { return ::shm_unlink(name_.c_str()); }
  const std::string& name() const noexcept { return name_; }
  const os::Handle& file() const noexcept { return file_; }

 private:
  std::string name_;
  os::Handle file_;
};

// Maps two pages of the object that the text names, and then does as it is told with the first byte of one of
// them: "load 1", "store 0". Says the byte, or the signal that touching it raised.
void touch_as_told(Stage&);
inline std::string told(Actor& actor, const char* order) {
  actor.say(order);
  return actor.hear();
}

void new_object_is_empty_and_then_zero();     // SHM-02
void object_may_be_larger_than_its_memory();  // SHM-05
void shrinking_faults_the_readers();          // SHM-06

}  // namespace ipcmark
