// A CoAP server on go-coap, for the interop tests: UDP on 127.0.0.1, the resources of ../../README.md.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"log"
	"math/bits"
	stdnet "net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/plgd-dev/go-coap/v3/message"
	"github.com/plgd-dev/go-coap/v3/message/codes"
	"github.com/plgd-dev/go-coap/v3/mux"
	"github.com/plgd-dev/go-coap/v3/net"
	"github.com/plgd-dev/go-coap/v3/net/blockwise"
	"github.com/plgd-dev/go-coap/v3/options"
	"github.com/plgd-dev/go-coap/v3/udp"
)

const (
	separateAfter = 400 * time.Millisecond
	tick          = 150 * time.Millisecond
)

var (
	port      = flag.Int("port", 0, "")
	blockSize = flag.Int("block-size", 1024, "16 to 1024")
	etag      = []byte{0x0e, 0x7a, 0x61}
	fresh     = []byte("fresh")
)

type handlers map[codes.Code]func(w mux.ResponseWriter, r *mux.Message)

func main() {
	flag.Parse()
	large := func(count int) string { return strings.Repeat(fmt.Sprintf("%07d.", count), 250) }
	created := &created{}
	resources := map[string]handlers{
		"/hello":     {codes.GET: say("hello")},
		"/echo":      {codes.GET: say("echo"), codes.PUT: echo(codes.Changed), codes.POST: echo(codes.Changed), codes.PATCH: echo(codes.Changed), codes.IPATCH: echo(codes.Changed), codes.FETCH: echo(codes.Content), codes.DELETE: func(w mux.ResponseWriter, r *mux.Message) { w.Message().SetCode(codes.Deleted) }},
		"/separate":  {codes.GET: separate},
		"/status":    {codes.GET: status},
		"/obs":       {codes.GET: (&counter{text: strconv.Itoa, observers: map[string]observer{}}).get},
		"/obs-large": {codes.GET: (&counter{text: large, observers: map[string]observer{}}).get},
		"/still":     {codes.GET: still},
		"/large":     {codes.GET: pattern},
		"/store":     {codes.PUT: store},
		"/validate":  {codes.GET: validate},
		"/made":      {codes.PUT: created.put, codes.DELETE: created.delete},
		"/fresh":     {codes.GET: echoed},
	}
	links := []string{}
	router := mux.NewRouter()
	for path, methods := range resources {
		links = append(links, "<"+path+">")
		check(router.Handle(path, mux.HandlerFunc(func(w mux.ResponseWriter, r *mux.Message) {
			if handler := methods[r.Code()]; handler != nil {
				handler(w, r)
			} else {
				w.Message().SetCode(codes.MethodNotAllowed)
			}
		})))
	}
	check(router.Handle("/.well-known/core", mux.HandlerFunc(func(w mux.ResponseWriter, r *mux.Message) {
		check(w.SetResponse(codes.Content, message.AppLinkFormat, strings.NewReader(strings.Join(links, ","))))
	})))
	listener, err := net.NewListenUDP("udp4", fmt.Sprintf("127.0.0.1:%d", *port))
	check(err)
	fmt.Printf("{\"ready\":true,\"port\":%d}\n", listener.LocalAddr().(*stdnet.UDPAddr).Port)
	szx := blockwise.SZX(bits.Len(uint(*blockSize)) - 5)
	server := udp.NewServer(options.WithMux(router), options.WithBlockwise(true, szx, 30*time.Second), options.WithMaxMessageSize(1<<24))
	log.Fatal(server.Serve(listener))
}

func text(w mux.ResponseWriter, code codes.Code, payload []byte) {
	check(w.SetResponse(code, message.TextPlain, bytes.NewReader(payload)))
}

func say(what string) func(w mux.ResponseWriter, r *mux.Message) {
	return func(w mux.ResponseWriter, r *mux.Message) { text(w, codes.Content, []byte(what)) }
}

func body(r *mux.Message) []byte {
	if r.Body() == nil {
		return nil
	}
	payload, err := io.ReadAll(r.Body())
	check(err)
	return payload
}

func query(r *mux.Message) string {
	queries, _ := r.Options().Queries()
	return strings.Join(queries, "&")
}

func echo(code codes.Code) func(w mux.ResponseWriter, r *mux.Message) {
	return func(w mux.ResponseWriter, r *mux.Message) { text(w, code, body(r)) }
}

// go-coap acknowledges a request to which the handler has set no response, and leaves the response to come to the handler.
func separate(w mux.ResponseWriter, r *mux.Message) {
	conn, token := w.Conn(), append(message.Token(nil), r.Token()...)
	time.AfterFunc(separateAfter, func() { send(conn, message.Confirmable, token, "separate") })
}

func send(conn mux.Conn, kind message.Type, token message.Token, payload string, options ...message.Option) {
	m := conn.AcquireMessage(conn.Context())
	defer conn.ReleaseMessage(m)
	m.SetType(kind)
	m.SetCode(codes.Content)
	m.SetToken(token)
	for _, each := range options {
		m.AddOptionBytes(each.ID, each.Value)
	}
	m.SetContentFormat(message.TextPlain)
	m.SetBody(strings.NewReader(payload))
	if err := conn.WriteMessage(m); err != nil {
		log.Print(err)
	}
}

func status(w mux.ResponseWriter, r *mux.Message) {
	class, detail, _ := strings.Cut(query(r), ".")
	c, _ := strconv.Atoi(class)
	d, _ := strconv.Atoi(detail)
	text(w, codes.Code(c<<5|d), []byte(query(r)))
}

func pattern(w mux.ResponseWriter, r *mux.Message) {
	size, _ := strconv.Atoi(query(r))
	all := &strings.Builder{}
	for offset := 0; offset < size; offset += 8 {
		fmt.Fprintf(all, "%07d.", offset)
	}
	text(w, codes.Content, []byte(all.String()[:size]))
}

// Says what it got: the first 16 digits of its SHA-256.
func store(w mux.ResponseWriter, r *mux.Message) {
	digest := sha256.Sum256(body(r))
	text(w, codes.Changed, []byte(hex.EncodeToString(digest[:8])))
}

func validate(w mux.ResponseWriter, r *mux.Message) {
	if given, err := r.ETag(); err == nil && bytes.Equal(given, etag) {
		w.Message().SetCode(codes.Valid)
	} else {
		text(w, codes.Content, []byte("validate"))
	}
	check(w.Message().SetETag(etag))
}

func echoed(w mux.ResponseWriter, r *mux.Message) {
	if given, err := r.Echo(); err == nil && bytes.Equal(given, fresh) {
		text(w, codes.Content, fresh)
		return
	}
	w.Message().SetCode(codes.Unauthorized)
	check(w.Message().SetEcho(fresh))
}

// Made by a PUT, gone with a DELETE.
type created struct {
	lock  sync.Mutex
	there bool
}

func (c *created) put(w mux.ResponseWriter, r *mux.Message) {
	c.lock.Lock()
	defer c.lock.Unlock()
	switch {
	case c.there && r.HasOption(message.IfNoneMatch):
		w.Message().SetCode(codes.PreconditionFailed)
	case c.there:
		w.Message().SetCode(codes.Changed)
	default:
		w.Message().SetCode(codes.Created)
	}
	c.there = true
}

func (c *created) delete(w mux.ResponseWriter, r *mux.Message) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.there = false
	w.Message().SetCode(codes.Deleted)
}

func still(w mux.ResponseWriter, r *mux.Message) {
	text(w, codes.Content, []byte("still"))
	if observe, err := r.Options().Observe(); err == nil && observe == 0 {
		w.Message().SetObserve(0)
	}
}

// Counts while somebody observes it. go-coap keeps no list of observers.
type counter struct {
	text      func(int) string
	lock      sync.Mutex
	count     int
	ticking   bool
	observers map[string]observer
}

type observer struct {
	conn  mux.Conn
	token message.Token
}

func (c *counter) get(w mux.ResponseWriter, r *mux.Message) {
	c.lock.Lock()
	defer c.lock.Unlock()
	text(w, codes.Content, []byte(c.text(c.count)))
	observe, err := r.Options().Observe()
	if err != nil {
		return
	}
	conn, token := w.Conn(), append(message.Token(nil), r.Token()...)
	key := conn.RemoteAddr().String() + "/" + token.String()
	if observe != 0 {
		delete(c.observers, key)
		return
	}
	w.Message().SetObserve(uint32(c.count))
	c.observers[key] = observer{conn, token}
	conn.AddOnClose(func() {
		c.lock.Lock()
		defer c.lock.Unlock()
		delete(c.observers, key)
	})
	if !c.ticking {
		c.ticking = true
		go c.run()
	}
}

func (c *counter) run() {
	for range time.Tick(tick) {
		c.lock.Lock()
		c.count++
		count, told := c.count, make([]observer, 0, len(c.observers))
		for _, each := range c.observers {
			told = append(told, each)
		}
		c.ticking = len(told) > 0
		c.lock.Unlock()
		if len(told) == 0 {
			return
		}
		// An observer that has gone says so by a Reset, of which go-coap tells nobody: it stays until its association is closed.
		sequence := message.Option{ID: message.Observe, Value: []byte{byte(count >> 8), byte(count)}}
		for _, each := range told {
			go send(each.conn, message.NonConfirmable, each.token, c.text(count), sequence)
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
