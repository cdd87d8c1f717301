// Messages that take several descriptors along (SCM_RIGHTS, unix(7)), and how to see what became of one.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "harness/errors.hpp"
#include "harness/os/handle.hpp"
#include "suites/conformance/actor.hpp"

namespace ipcmark {

inline constexpr std::size_t most_descriptors = 253;  // SCM_MAX_FD

// What sendmsg(2) said of a message with one control message of `type`.
inline ssize_t send_control(int socket, int type, std::span<const std::byte> content, std::string text) {
  iovec data{text.data(), text.size()};
  std::vector<char> control(CMSG_SPACE(content.size()));
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  cmsghdr* const first = CMSG_FIRSTHDR(&header);
  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = type;
  first->cmsg_len = CMSG_LEN(content.size());
  std::memcpy(CMSG_DATA(first), content.data(), content.size());
  return ::sendmsg(socket, &header, MSG_NOSIGNAL);
}
inline ssize_t send_with(int socket, const std::vector<int>& descriptors, const std::string& text = "x") {
  return send_control(socket, SCM_RIGHTS, std::as_bytes(std::span(descriptors)), text);
}

struct Parcel {
  std::string text = {};
  bool cut = false;  // MSG_CTRUNC
  std::vector<int> descriptors = {};
  std::string said() const {
    return text + " with " + std::to_string(descriptors.size()) + (cut ? " and more" : "");
  }
};
// One receive with exactly this much room for descriptors. CMSG_SPACE would round it up, and one more would
// come in.
inline Parcel receive_with(int socket, std::size_t room, int flags = 0) {
  char text[100];
  iovec data{text, sizeof text};
  alignas(cmsghdr) char control[CMSG_SPACE(most_descriptors * sizeof(int))];
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = room == 0 ? 0 : CMSG_LEN(room * sizeof(int));
  const ssize_t size = ::recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
  Parcel parcel{.text = size == -1 ? result_of(size) : std::string(text, static_cast<std::size_t>(size)),
                .cut = size != -1 && (header.msg_flags & MSG_CTRUNC) != 0};
  const cmsghdr* const first = size == -1 ? nullptr : CMSG_FIRSTHDR(&header);
  if (first == nullptr || first->cmsg_type != SCM_RIGHTS) return parcel;
  parcel.descriptors.resize((first->cmsg_len - CMSG_LEN(0)) / sizeof(int));
  std::memcpy(parcel.descriptors.data(), CMSG_DATA(first), parcel.descriptors.size() * sizeof(int));
  return parcel;
}

// A pipe whose read end tells whether anybody still has its write end.
struct Witness {
  Witness() {
    int ends[2];
    check(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
    read = os::Handle(ends[0]);
    write = os::Handle(ends[1]);
  }
  // "open" while there is a write end, "closed" when there is none.
  std::string state() const {
    char byte = 0;
    const ssize_t got = ::read(read.fd(), &byte, 1);
    return got == 0 ? "closed" : result_of(got) == "EAGAIN" ? "open" : "broken";
  }
  os::Handle read, write;
};

}  // namespace ipcmark
