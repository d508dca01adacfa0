package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

var catalogue = []Item{
	{Name: "tea", Price: 450}, {Name: "bread", Price: 320}, {Name: "cheese", Price: 790}, {Name: "jam", Price: 275},
}

// Shop takes orders, prices them in workers and remembers them.
type Shop struct {
	queue     chan *Order
	filed     *Cache[int, *Order]
	discounts []Discount
	lastID    atomic.Int64
	special   atomic.Pointer[Item]
}

// NewShop returns a shop that has not been started.
func NewShop() *Shop {
	s := &Shop{
		queue:     make(chan *Order, 16),
		filed:     NewCache[int, *Order](1000),
		discounts: []Discount{Percent{Off: 5}, &BulkRate{Above: 5000, Off: 300}},
	}
	s.special.Store(&catalogue[0])
	return s
}

// Start starts the workers and the ticker that rotates the special offer.
func (s *Shop) Start(ctx context.Context, workers int) {
	for id := range workers {
		go s.work(ctx, id)
	}
	go s.rotate(ctx)
}

func (s *Shop) work(ctx context.Context, id int) {
	for {
		select {
		case order := <-s.queue:
			s.process(order, id)
		case <-ctx.Done():
			return
		}
	}
}

func (s *Shop) process(order *Order, worker int) {
	total := Price(order, s.discounts)
	order.Tags["worker"] = strconv.Itoa(worker)
	order.Tags["total"] = strconv.Itoa(int(total))
	s.filed.Put(order.ID, order)
	order.Status = Filed
	close(order.done)
}

func (s *Shop) rotate(ctx context.Context) {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for day := 1; ; day++ {
		select {
		case <-ticker.C:
			s.special.Store(&catalogue[day%len(catalogue)])
		case <-ctx.Done():
			return
		}
	}
}

// Handler serves POST /order?item=NAME&count=N and GET /order?id=N.
func (s *Shop) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /order", s.take)
	mux.HandleFunc("GET /order", s.show)
	return mux
}

func (s *Shop) take(w http.ResponseWriter, r *http.Request) {
	order, err := s.parse(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.queue <- order
	<-order.done
	json.NewEncoder(w).Encode(map[string]any{"id": order.ID, "total": order.Total, "status": order.Status.String()})
}

func (s *Shop) parse(r *http.Request) (*Order, error) {
	count, err := strconv.Atoi(r.FormValue("count"))
	if err != nil {
		return nil, err
	}
	order := &Order{
		Stamp: Stamp{At: time.Now(), By: r.RemoteAddr},
		ID:    int(s.lastID.Add(1)),
		Tags:  map[string]string{"agent": r.UserAgent()},
		done:  make(chan struct{}),
	}
	for _, item := range catalogue {
		if item.Name == r.FormValue("item") {
			item.Count = count
			order.Items = append(order.Items, item)
		}
	}
	return order, nil
}

func (s *Shop) show(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.FormValue("id"))
	order, ok := s.filed.Get(id)
	if !ok {
		http.NotFound(w, r)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"id": order.ID, "total": order.Total, "status": Filed.String()})
}
