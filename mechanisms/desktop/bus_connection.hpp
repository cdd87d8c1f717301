// A connection to a message bus, by libdbus-1.
#pragma once

#include <dbus/dbus.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace ipcmark {

struct BusUnref {
  void operator()(DBusMessage* message) const noexcept { ::dbus_message_unref(message); }
  void operator()(DBusConnection* bus) const noexcept {
    ::dbus_connection_close(bus);
    ::dbus_connection_unref(bus);
  }
};
using BusMessage = std::unique_ptr<DBusMessage, BusUnref>;
using BusConnection = std::unique_ptr<DBusConnection, BusUnref>;

// The error of a call of libdbus's, which is thrown.
class BusFailure {
 public:
  BusFailure() { ::dbus_error_init(&error_); }
  ~BusFailure() { ::dbus_error_free(&error_); }
  DBusError* get() noexcept { return &error_; }
  void throw_if_set(const char* call) const {
    if (::dbus_error_is_set(&error_) != FALSE)
      throw std::runtime_error(std::string(call) + ": " + error_.message);
  }

 private:
  DBusError error_;
};

// A connection that has a name of its own, and is told when the other side's loses or gets an owner. Several
// that ask for one name stand in line for it.
inline BusConnection bus_connection(const std::string& address, const char* own_name,
                                    const std::string& peer_name) {
  BusFailure failure;
  BusConnection bus(::dbus_connection_open_private(address.c_str(), failure.get()));
  failure.throw_if_set("dbus_connection_open_private");
  ::dbus_bus_register(bus.get(), failure.get());
  failure.throw_if_set("dbus_bus_register");
  const std::string notice =
      "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" + peer_name + "'";
  ::dbus_bus_add_match(bus.get(), notice.c_str(), failure.get());
  failure.throw_if_set("dbus_bus_add_match");
  ::dbus_bus_request_name(bus.get(), own_name, 0, failure.get());
  failure.throw_if_set("dbus_bus_request_name");
  return bus;
}

}  // namespace ipcmark
