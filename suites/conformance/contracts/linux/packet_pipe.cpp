// PKT: pipes of packets, O_DIRECT of pipe(2).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits.h>

#include "suites/conformance/contracts/linux/pipes.hpp"
#include "suites/conformance/contracts/sections.hpp"

namespace ipcmark {
namespace {

// A pipe of packets with a process at each end.
struct Packets {
  Pipe pipe{O_DIRECT};
  Actor writer{hold_one_end, {pipe.write.raw()}}, reader{hold_one_end, {pipe.read.raw()}};
};

constexpr Clause table[]{
    {.id = "PKT-01",
     .title = "EachWriteOfUpToPipeBufIsOnePacketAndEachReadReturnsOne",
     .source = "pipe(2), O_DIRECT",
     .body =
         [] {
           Packets packets;
           EXPECT_EQ(ask(packets.writer, "write abcdef"), "6");
           EXPECT_EQ(ask(packets.writer, "write gh"), "2");
           EXPECT_EQ(ask(packets.reader, "try 10"), "abcdef");
           EXPECT_EQ(ask(packets.reader, "try 10"), "gh");
           const std::string largest = std::to_string(PIPE_BUF);
           for (int k = 0; k < 3; ++k) EXPECT_EQ(ask(packets.writer, "bytes " + largest), largest);
           for (int k = 0; k < 3; ++k) EXPECT_EQ(ask(packets.reader, "count 20000"), largest);
           EXPECT_EQ(ask(packets.reader, "try 10"), "EAGAIN");
         }},
    {.id = "PKT-02",
     .title = "WriteOfMoreThanPipeBufIsSplitIntoPackets",
     .source = "pipe(2), O_DIRECT",
     .body =
         [] {
           Packets packets;
           EXPECT_EQ(ask(packets.writer, "bytes 5000"), "5000");
           EXPECT_EQ(ask(packets.writer, "write x"), "1");
           EXPECT_EQ(ask(packets.reader, "count 20000"), std::to_string(PIPE_BUF));
           EXPECT_EQ(ask(packets.reader, "count 20000"), std::to_string(5000 - PIPE_BUF));
           EXPECT_EQ(ask(packets.reader, "try 20000"), "x");
         }},
    {.id = "PKT-03",
     .title = "ShortReadDiscardsTheRestOfItsPacketSilently",
     .source = "pipe(2), O_DIRECT",
     .body =
         [] {
           Packets packets;
           EXPECT_EQ(ask(packets.writer, "write abcdef"), "6");
           EXPECT_EQ(ask(packets.writer, "write next"), "4");
           EXPECT_EQ(ask(packets.reader, "try 3"), "abc");
           EXPECT_EQ(ask(packets.reader, "try 10"), "next");
           EXPECT_EQ(ask(packets.reader, "try 10"), "EAGAIN");
         }},
    {.id = "PKT-04",
     .title = "CapacityIsOnePacketPerPageOfFGetpipeSzWhateverTheirSize",
     .source = "pipe(2), O_DIRECT, and pipe(7), Pipe capacity, do not say how packets count",
     .body =
         [] {
           for (const long size : {1L, 100L, 2049L, static_cast<long>(PIPE_BUF)}) {
             SCOPED_TRACE(std::to_string(size) + " bytes");
             Packets packets;
             const long slots = slots_of(packets.pipe.read);
             EXPECT_EQ(ask(packets.writer, "fill " + std::to_string(size)),
                       std::to_string(slots * size) + " EAGAIN");
             for (long k = 0; k < slots; ++k) {
               EXPECT_EQ(ask(packets.reader, "count 20000"), std::to_string(size));
             }
             EXPECT_EQ(ask(packets.reader, "try 10"), "EAGAIN");
           }
         },
     .documented = "The capacity of a pipe is a number of bytes, 65536 unless it was changed.",
     .observed = "Packets of one byte are 16 at most, too: each takes a page of the pipe."},
    {.id = "PKT-05",
     .title = "PacketsWithoutBytesCannotBeSent",
     .source = "pipe(2), O_DIRECT",
     .body =
         [] {
           Packets packets;
           EXPECT_EQ(ask(packets.writer, "bytes 0"), "0");
           EXPECT_EQ(ask(packets.reader, "poll"), "nothing");
           EXPECT_EQ(ask(packets.reader, "try 10"), "EAGAIN");
           EXPECT_EQ(ask(packets.writer, "write abc"), "3");
           EXPECT_EQ(ask(packets.writer, "bytes 0"), "0");
           EXPECT_EQ(ask(packets.writer, "write def"), "3");
           EXPECT_EQ(ask(packets.reader, "try 10"), "abc");
           EXPECT_EQ(ask(packets.reader, "try 10"), "def");
         }},
};

}  // namespace

const Section packet_pipe_section{.name = "PKT", .count = 5, .clauses = table};

}  // namespace ipcmark
