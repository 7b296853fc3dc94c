// Many observers of one resource (RFC 7641): `endpoints` clients, each a source address of its own in 127.0.0.0/8, each with `each` tokens
// under which it observes. Registers one at a time from each client, prints {"registered":N}, then acknowledges each Confirmable
// notification, and prints {"notified":N,"datagrams":M} whenever all observations have been told once more. With PATH `-` the server
// echoes: each client sends `each` datagrams of as many bytes as a notification has, one outstanding, again at every line of standard
// input, and prints {"echoed":N,"datagrams":M}. System calls are batched (sendmmsg, recvmmsg; the source address travels as IP_PKTINFO).
// build: cc -O2 -o coap_observers coap_observers.c
// usage: coap_observers HOST PORT PATH|- ENDPOINTS EACH                                              (HOST: a literal 127.x.y.z)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
enum { BATCH = 64, SLOT = 2048, SOCKETS = 4, MAX_ENDPOINTS = 60000, ECHO_LENGTH = 26 };
struct endpoint { uint32_t done; uint16_t next_id; uint8_t waiting; double sent; };
struct control { struct cmsghdr header; struct in_pktinfo info; };
static struct endpoint *all; static uint32_t endpoints, each; static uint8_t *told; static struct sockaddr_in to;
static struct pollfd poller[SOCKETS + 1]; static int sockets = SOCKETS, queued[SOCKETS];
static uint8_t in[BATCH][SLOT], out[SOCKETS][BATCH][64]; static struct iovec in_iov[BATCH], out_iov[SOCKETS][BATCH];
static struct mmsghdr in_msg[BATCH], out_msg[SOCKETS][BATCH]; static struct control in_ctl[BATCH], out_ctl[SOCKETS][BATCH];
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
static uint32_t address_of(uint32_t i) { return htonl(0x7f010000u + i / 250 * 256 + i % 250 + 1); }                  // 127.1.x.1 .. 127.1.x.250
static uint32_t endpoint_of(uint32_t a) { uint32_t h = ntohl(a) - 0x7f010000u; return (h >> 8) * 250 + (h & 255) - 1; }
static void flush(int s) { for (int sent = 0; sent < queued[s];) { int r = sendmmsg(poller[s].fd, out_msg[s] + sent, queued[s] - sent, 0); if (r <= 0) break; sent += r; } queued[s] = 0; }
/* Room for a datagram from endpoint i. */
static uint8_t *put(uint32_t i, int length) {
  int s = i % sockets; if (queued[s] == BATCH) flush(s);
  int k = queued[s]++; out_iov[s][k].iov_len = length; out_ctl[s][k].info.ipi_spec_dst.s_addr = address_of(i); return out[s][k];
}
/* The next registration, or the next datagram to echo. */
static void ask(uint32_t i, const char *path, double t) {
  struct endpoint *e = &all[i]; uint32_t token = i * each + e->done; int name = strlen(path), echo = !strcmp(path, "-");
  uint8_t *b = put(i, echo ? ECHO_LENGTH : 10 + name); uint16_t id = e->next_id++; e->waiting = 1; e->sent = t;
  b[0] = 0x44; b[1] = 1; b[2] = id >> 8; b[3] = id; memcpy(b + 4, &token, 4);
  if (echo) { memset(b + 8, 'x', ECHO_LENGTH - 8); return; }
  b[8] = 0x60; b[9] = 0x50 | name; memcpy(b + 10, path, name);                                         // Observe: 0, Uri-Path
}
static void report(const char *what, uint64_t datagrams) { printf("{\"%s\":%u,\"datagrams\":%lu}\n", what, endpoints * each, datagrams); fflush(stdout); }
int main(int argc, char **argv) {
  if (argc < 6) { fprintf(stderr, "usage: coap_observers HOST PORT PATH|- ENDPOINTS EACH\n"); return 2; }
  const char *path = argv[3]; int echo = !strcmp(path, "-"); endpoints = atoi(argv[4]); each = atoi(argv[5]);
  if (endpoints < 1 || endpoints > MAX_ENDPOINTS || each < 1 || strlen(path) > 12) return 2;
  to.sin_family = AF_INET; to.sin_port = htons(atoi(argv[2])); inet_pton(AF_INET, argv[1], &to.sin_addr);
  all = calloc(endpoints, sizeof *all); told = calloc((size_t)endpoints * each, 1);
  for (int s = 0; s < sockets; s++) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = 8 << 20, on = 1; setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on); struct sockaddr_in any = {.sin_family = AF_INET};
    if (bind(fd, (void *)&any, sizeof any)) { perror("bind"); return 1; }
    poller[s] = (struct pollfd){.fd = fd, .events = POLLIN};
  }
  poller[sockets] = (struct pollfd){.fd = 0, .events = POLLIN};
  for (int k = 0; k < BATCH; k++) {
    in_iov[k] = (struct iovec){in[k], SLOT}; in_msg[k].msg_hdr.msg_iov = &in_iov[k]; in_msg[k].msg_hdr.msg_iovlen = 1; in_msg[k].msg_hdr.msg_control = &in_ctl[k];
    for (int s = 0; s < sockets; s++) {
      struct msghdr *h = &out_msg[s][k].msg_hdr; out_iov[s][k].iov_base = out[s][k]; h->msg_iov = &out_iov[s][k]; h->msg_iovlen = 1;
      h->msg_name = &to; h->msg_namelen = sizeof to; h->msg_control = &out_ctl[s][k]; h->msg_controllen = sizeof(struct control);
      out_ctl[s][k].header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    }
  }
  uint32_t pending = endpoints * each, next = 0; uint8_t round = 0; uint64_t datagrams = 0; double swept = now(); int asking = !echo;
  for (;;) {
    /* Clients begin one after the other, so that their first datagrams do not overrun the server's socket. */
    double t = now(); for (uint32_t until = next + 256; asking && next < endpoints && next < until; next++) if (all[next].done < each) ask(next, path, t);
    for (int s = 0; s < sockets; s++) if (queued[s]) flush(s);
    struct timespec wait = {0, asking && next < endpoints ? 1000000 : 20000000};
    if (ppoll(poller, sockets + 1, &wait, NULL) > 0) {
      if (poller[sockets].revents) {
        char line[64]; if (read(0, line, sizeof line) <= 0) return 0;
        if (echo) { for (uint32_t i = 0; i < endpoints; i++) all[i].done = 0; pending = endpoints * each; next = 0; asking = 1; datagrams = 0; }
      }
      for (int s = 0; s < sockets; s++) if (poller[s].revents) {
        for (int k = 0; k < BATCH; k++) { in_iov[k].iov_len = SLOT; in_msg[k].msg_hdr.msg_controllen = sizeof(struct control); }
        int r = recvmmsg(poller[s].fd, in_msg, BATCH, 0, NULL); t = now();
        for (int k = 0; k < r; k++) {
          uint8_t *b = in[k]; uint32_t token, i = endpoint_of(in_ctl[k].info.ipi_addr.s_addr); int type = b[0] >> 4 & 3; datagrams++;
          if (i >= endpoints || in_msg[k].msg_len < 8 || (b[0] & 15) != 4) { fprintf(stderr, "strange: %02x %02x\n", b[0], b[1]); return 1; }
          memcpy(&token, b + 4, 4); struct endpoint *e = &all[i];
          if (echo || type == 2) {                                                                      // an answer to what was asked last
            if (!e->waiting || token != i * each + e->done) continue;
            if (!echo && (b[1] != 0x45 || b[8] >> 4 != 6)) { fprintf(stderr, "not observed: %02x\n", b[1]); return 1; }
            e->waiting = 0; pending--; if (++e->done < each) ask(i, path, t);
            if (!pending) { report(echo ? "echoed" : "registered", datagrams); asking = 0; datagrams = 0; round = 1; pending = endpoints * each; }
          } else {
            if (type == 0) { uint8_t *a = put(i, 4); a[0] = 0x60; a[1] = 0; a[2] = b[2]; a[3] = b[3]; }
            if (b[1] != 0x45 || token / each != i) { fprintf(stderr, "strange notification: %02x\n", b[1]); return 1; }
            if (round && told[token] != round) { told[token] = round; if (!--pending) { for (int q = 0; q < sockets; q++) flush(q); report("notified", datagrams); datagrams = 0; round = 3 - round; pending = endpoints * each; } }
          }
        }
      }
    }
    if (asking && now() - swept > 0.1) { swept = now(); for (uint32_t i = 0; i < next; i++) if (all[i].waiting && swept - all[i].sent > 0.5) ask(i, path, swept); }
  }
}
