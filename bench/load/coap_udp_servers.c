// Many CoAP servers in one socket, for what a client can do: answers each request on 127.2.0.1 .. 127.2.0.250, 127.2.1.1 .. and so on
// from the address that was asked, a CON with a piggybacked 2.05 `hello`, a NON with a NON. Duplicates are answered again. System calls
// are batched. Prints {"ready":true,"port":N} when it listens, and at SIGTERM how many requests it has answered.
// build: cc -O2 -o coap_udp_servers coap_udp_servers.c
// usage: coap_udp_servers [PORT]                                                                      (0 or none: any)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
enum { BATCH = 64, SLOT = 2048 };
struct control { struct cmsghdr header; struct in_pktinfo info; };
static volatile sig_atomic_t ended;
static void end(int signal) { (void)signal; ended = 1; }

/* Writes the answer to a request, returns its length; 0: it gets none. */
static int answer(const uint8_t *request, int length, uint8_t *reply, uint16_t *next_id) {
  static const uint8_t content[] = {0xc0, 0xff, 'h', 'e', 'l', 'l', 'o'};                            // Content-Format: text/plain, payload
  int token = request[0] & 15, type = request[0] >> 4 & 3;
  if (length < 4 + token || request[0] >> 6 != 1 || token > 8 || type > 1 || request[1] == 0 || request[1] > 31) return 0;
  reply[0] = 0x40 | (type ? 1 : 2) << 4 | token; reply[1] = 0x45; memcpy(reply + 2, request + 2, 2 + token);
  if (type) { uint16_t id = (*next_id)++; reply[2] = id >> 8; reply[3] = id; }
  memcpy(reply + 4 + token, content, sizeof content); return 4 + token + sizeof content;
}
int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = end}; sigaction(SIGTERM, &action, NULL); sigaction(SIGINT, &action, NULL);  // no SA_RESTART
  int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 8 << 20, on = 1; setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)}; socklen_t here_length = sizeof here;
  if (bind(fd, (void *)&here, sizeof here) || getsockname(fd, (void *)&here, &here_length)) { perror("bind"); return 1; }
  printf("{\"ready\":true,\"port\":%d}\n", ntohs(here.sin_port)); fflush(stdout);

  static uint8_t in[BATCH][SLOT], out[BATCH][SLOT]; static struct iovec in_iov[BATCH], out_iov[BATCH]; static struct mmsghdr in_msg[BATCH], out_msg[BATCH];
  static struct control in_control[BATCH], out_control[BATCH]; static struct sockaddr_in from[BATCH]; uint64_t answered = 0; uint16_t next_id = 0;
  while (!ended) {
    for (int k = 0; k < BATCH; k++) {
      in_iov[k] = (struct iovec){in[k], SLOT};
      in_msg[k].msg_hdr = (struct msghdr){.msg_name = &from[k], .msg_namelen = sizeof from[k], .msg_iov = &in_iov[k], .msg_iovlen = 1, .msg_control = &in_control[k], .msg_controllen = sizeof in_control[k]};
    }
    int received = recvmmsg(fd, in_msg, BATCH, MSG_WAITFORONE, NULL), queued = 0;
    if (received < 0 && errno != EINTR) { perror("recvmmsg"); return 1; }
    for (int k = 0; k < received; k++) {
      struct in_addr asked = in_control[k].info.ipi_addr; if (ntohl(asked.s_addr) >> 16 != 0x7f02) continue;
      int length = answer(in[k], in_msg[k].msg_len, out[queued], &next_id); if (!length) continue;
      out_iov[queued] = (struct iovec){out[queued], length}; out_control[queued].info = (struct in_pktinfo){.ipi_spec_dst = asked};
      out_control[queued].header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
      out_msg[queued].msg_hdr = (struct msghdr){.msg_name = &from[k], .msg_namelen = sizeof from[k], .msg_iov = &out_iov[queued], .msg_iovlen = 1, .msg_control = &out_control[queued], .msg_controllen = sizeof out_control[queued]};
      queued++;
    }
    for (int sent = 0; sent < queued;) { int r = sendmmsg(fd, out_msg + sent, queued - sent, 0); if (r <= 0) break; sent += r; answered += r; }
  }
  printf("{\"answered\":%lu}\n", answered);
  return 0;
}
