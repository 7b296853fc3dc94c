// A CoAP client on go-coap, for the interop tests: the arguments and the output of ../../README.md.
package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/bits"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/plgd-dev/go-coap/v3/message"
	"github.com/plgd-dev/go-coap/v3/message/codes"
	"github.com/plgd-dev/go-coap/v3/message/pool"
	"github.com/plgd-dev/go-coap/v3/net/blockwise"
	"github.com/plgd-dev/go-coap/v3/options"
	"github.com/plgd-dev/go-coap/v3/udp"
	"github.com/plgd-dev/go-coap/v3/udp/client"
)

var (
	method    = flag.String("method", "GET", "")
	payload   = flag.String("payload", "", "")
	non       = flag.Bool("non", false, "non-confirmable")
	ping      = flag.Bool("ping", false, "")
	blockSize = flag.Int("block-size", 0, "16 to 1024")
	observe   = flag.Int("observe", 0, "take that many notifications, the first answer included, and cancel")
	timeout   = flag.Float64("timeout", 15, "seconds")
	given     []message.Option
	hasBody   bool
)

var methods = map[string]codes.Code{
	"GET": codes.GET, "POST": codes.POST, "PUT": codes.PUT, "DELETE": codes.DELETE, "FETCH": codes.FETCH, "PATCH": codes.PATCH, "iPATCH": codes.IPATCH,
}

type answer struct {
	Code    string   `json:"code"`
	Payload string   `json:"payload"`
	Options [][2]any `json:"options"`
}

func main() {
	log.SetFlags(0)
	flag.Func("option", "NUMBER=HEX, may be repeated", option)
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { hasBody = hasBody || f.Name == "payload" })
	uri, err := url.Parse(flag.Arg(0))
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(*timeout*float64(time.Second)))
	defer cancel()
	szx := blockwise.SZX1024
	if *blockSize > 0 {
		szx = blockwise.SZX(bits.Len(uint(*blockSize)) - 5)
	}
	conn, err := udp.Dial(uri.Host, options.WithBlockwise(true, szx, 15*time.Second), options.WithMaxMessageSize(1<<24))
	check(err)
	defer conn.Close()
	switch {
	case *ping:
		check(conn.Ping(ctx))
		show(struct{}{})
	case *observe > 0:
		show(map[string][]answer{"notifications": notifications(ctx, conn, request(ctx, conn, uri, szx))})
	default:
		response, err := conn.Do(request(ctx, conn, uri, szx))
		check(err)
		show(seen(response))
		time.Sleep(100 * time.Millisecond) // it acknowledges after it has handed over the response
	}
}

func request(ctx context.Context, conn *client.Conn, uri *url.URL, szx blockwise.SZX) *pool.Message {
	request, err := conn.NewGetRequest(ctx, uri.Path)
	check(err)
	request.SetCode(methods[*method])
	if *non {
		request.SetType(message.NonConfirmable)
	} else {
		request.SetType(message.Confirmable)
	}
	for query := range strings.SplitSeq(uri.RawQuery, "&") {
		if query != "" {
			text, err := url.QueryUnescape(query)
			check(err)
			request.AddQuery(text)
		}
	}
	if hasBody {
		request.SetContentFormat(message.TextPlain)
		request.SetBody(bytes.NewReader([]byte(*payload)))
	} else if *blockSize > 0 {
		block, err := blockwise.EncodeBlockOption(szx, 0, false)
		check(err)
		request.SetOptionUint32(message.Block2, block)
	}
	for _, each := range given {
		request.AddOptionBytes(each.ID, each.Value)
	}
	return request
}

func notifications(ctx context.Context, conn *client.Conn, request *pool.Message) []answer {
	request.SetObserve(0)
	notified := make(chan answer, *observe)
	observation, err := conn.DoObserve(request, func(m *pool.Message) {
		select {
		case notified <- seen(m):
		default:
		}
	})
	check(err)
	var all []answer
	for len(all) < *observe {
		select {
		case each := <-notified:
			all = append(all, each)
		case <-ctx.Done():
			log.Fatalf("only %d notifications", len(all))
		}
	}
	check(observation.Cancel(ctx))
	return all
}

func seen(m *pool.Message) answer {
	body, err := m.ReadBody()
	check(err)
	a := answer{Code: fmt.Sprintf("%d.%02d", m.Code()>>5, m.Code()&31), Payload: string(body), Options: [][2]any{}}
	for _, each := range m.Options() {
		a.Options = append(a.Options, [2]any{each.ID, hex.EncodeToString(each.Value)})
	}
	return a
}

func option(text string) error {
	number, value, _ := strings.Cut(text, "=")
	id, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return err
	}
	bytes, err := hex.DecodeString(value)
	given = append(given, message.Option{ID: message.OptionID(id), Value: bytes})
	return err
}

func show(what any) {
	line, err := json.Marshal(what)
	check(err)
	fmt.Println(string(line))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
