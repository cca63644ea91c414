/*
 * Sends SIP calls, each another one, as raw frames at a steady rate: INVITE 100 180 200 ACK BYE 200, of about 575
 * bytes, with 64 calls under way. Usage: call-sender INTERFACE MESSAGES_PER_SECOND SECONDS. Prints how many the
 * kernel took. The addresses are 10.0.0.1 (caller) and 10.0.0.2 (callee); the destination MAC is nobody's.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STEPS = 7, CALLS = 64, FRAME_MAX = 1024, HEADER = 14 + 20 + 8, BURST = 64, NUMBER_DIGITS = 8, NUMBERS_MAX = 16 };

/* A message of a call; NUMBER stands for the call's. */
#define NUMBER "########"

struct template {
  char frame[FRAME_MAX];
  size_t length;
  size_t numbers[NUMBERS_MAX];
  size_t number_count;
};

static const char *const BODY =
    "v=0\r\no=user1 53655765 2353687637 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
    "m=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n";

static void put16(char *at, unsigned value) {
  at[0] = (char)(value >> 8);
  at[1] = (char)value;
}

static void make(struct template *out, const char *start, const char *branch, const char *cseq, int tagged, int body) {
  const int is_request = strncmp(start, "SIP", 3) != 0;
  memset(out, 0, sizeof *out);
  char *const text = out->frame + HEADER;
  const int length = snprintf(
      text, FRAME_MAX - HEADER,
      "%s\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-" NUMBER "-%s-0af3;rport\r\n"
      "From: \"User " NUMBER "\" <sip:user@example.com:5060>;tag=" NUMBER "f\r\n"
      "To: <sip:service@10.0.0.2:5060>%s\r\nCall-ID: " NUMBER "-4711@a.example.com\r\nCSeq: %s\r\n"
      "Contact: <sip:user@10.0.0.1:5060>\r\nMax-Forwards: 70\r\nUser-Agent: Proto/1.0 (linux)\r\n"
      "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK\r\nSupported: timer, replaces\r\n"
      "%sContent-Length: %zu\r\n\r\n%s",
      start, branch, tagged ? ";tag=" NUMBER "t" : "", cseq, body ? "Content-Type: application/sdp\r\n" : "",
      body ? strlen(BODY) : 0, body ? BODY : "");
  out->length = HEADER + (size_t)length;
  memset(out->frame, 0x02, 12);
  put16(out->frame + 12, 0x0800);
  char *const ip = out->frame + 14;
  ip[0] = 0x45;
  put16(ip + 2, (unsigned)(28 + length));
  ip[8] = 64;
  ip[9] = 17;
  const uint32_t caller = htonl(0x0a000001);
  const uint32_t callee = htonl(0x0a000002);
  memcpy(ip + 12, is_request ? &caller : &callee, 4);
  memcpy(ip + 16, is_request ? &callee : &caller, 4);
  put16(ip + 20, 5060);
  put16(ip + 22, 5060);
  put16(ip + 24, (unsigned)(8 + length));
  for (char *at = strstr(text, NUMBER); at != NULL; at = strstr(at + NUMBER_DIGITS, NUMBER)) {
    out->numbers[out->number_count++] = (size_t)(at - out->frame);
  }
}

static void number(char *frame, const struct template *from, uint32_t call) {
  char digits[NUMBER_DIGITS + 1];
  snprintf(digits, sizeof digits, "%08x", call);
  memcpy(frame, from->frame, from->length);
  for (size_t i = 0; i < from->number_count; ++i) memcpy(frame + from->numbers[i], digits, NUMBER_DIGITS);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* All of them: what the device has no room for now is sent later. */
static void send_all(int descriptor, struct mmsghdr *messages, unsigned count) {
  while (count > 0) {
    const int sent = sendmmsg(descriptor, messages, count, 0);
    if (sent < 0 && errno != ENOBUFS && errno != EAGAIN) {
      perror("sendmmsg");
      exit(1);
    }
    if (sent <= 0) continue;
    messages += sent;
    count -= (unsigned)sent;
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const double rate = atof(argv[2]);
  const uint64_t total = (uint64_t)(rate * atof(argv[3]));
  static struct template steps[STEPS];
  make(&steps[0], "INVITE sip:service@10.0.0.2:5060 SIP/2.0", "1", "1 INVITE", 0, 1);
  make(&steps[1], "SIP/2.0 100 Trying", "1", "1 INVITE", 0, 0);
  make(&steps[2], "SIP/2.0 180 Ringing", "1", "1 INVITE", 1, 0);
  make(&steps[3], "SIP/2.0 200 OK", "1", "1 INVITE", 1, 1);
  make(&steps[4], "ACK sip:service@10.0.0.2:5060 SIP/2.0", "2", "1 ACK", 1, 0);
  make(&steps[5], "BYE sip:service@10.0.0.2:5060 SIP/2.0", "3", "2 BYE", 1, 0);
  make(&steps[6], "SIP/2.0 200 OK", "3", "2 BYE", 1, 0);

  const int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1])};
  if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
    perror("bind");
    return 1;
  }
  static char frames[BURST][FRAME_MAX];
  static struct iovec parts[BURST];
  static struct mmsghdr messages[BURST];
  const double start = now();
  uint64_t sent = 0;
  while (sent < total) {
    uint64_t due = (uint64_t)((now() - start) * rate);
    if (due > total) due = total;
    if (due == sent) {
      const struct timespec nap = {.tv_nsec = 50000};
      nanosleep(&nap, NULL);
      continue;
    }
    const unsigned count = due - sent < BURST ? (unsigned)(due - sent) : BURST;
    for (unsigned i = 0; i < count; ++i) {
      const uint64_t n = sent + i;
      const struct template *step = &steps[n / CALLS % STEPS];
      number(frames[i], step, (uint32_t)(n / (CALLS * STEPS) * CALLS + n % CALLS));
      parts[i] = (struct iovec){frames[i], step->length};
      messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    send_all(descriptor, messages, count);
    sent += count;
  }
  printf("%llu messages in %.2f s\n", (unsigned long long)sent, now() - start);
  return 0;
}
