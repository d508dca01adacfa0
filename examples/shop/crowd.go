package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// Crowd are customers that send requests and check the answers.
type Crowd struct {
	Base  string
	Pause time.Duration
	Every int64

	answered atomic.Int64
}

// Answered is how many requests were answered, all of them rightly.
func (c *Crowd) Answered() int64 { return c.answered.Load() }

// Shop orders and looks orders up until ctx ends or an answer is wrong.
func (c *Crowd) Shop(ctx context.Context, customer int) error {
	client := &http.Client{}
	for round := 1; ; round++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(c.Pause):
		}
		if err := c.visit(ctx, client, customer+round); err != nil {
			return fmt.Errorf("customer %d, round %d: %w", customer, round, err)
		}
	}
}

type receipt struct {
	ID     int
	Total  Cents
	Status string
}

func (c *Crowd) visit(ctx context.Context, client *http.Client, round int) error {
	item, count := catalogue[round%len(catalogue)], 1+round%9
	want := expect(item, count)
	url := fmt.Sprintf("%s/order?item=%s&count=%d", c.Base, item.Name, count)
	taken, err := c.ask(ctx, client, http.MethodPost, url)
	if err != nil {
		return err
	}
	shown, err := c.ask(ctx, client, http.MethodGet, fmt.Sprintf("%s/order?id=%d", c.Base, taken.ID))
	if err != nil {
		return err
	}
	if taken.Total != want || shown != taken {
		return fmt.Errorf("%d times %s should cost %d: order says %+v, file says %+v", count, item.Name, want, taken, shown)
	}
	return nil
}

// expect computes the price in a way of its own.
func expect(item Item, count int) Cents {
	total := item.Price * Cents(count)
	total -= total * 5 / 100
	if total > 5000 {
		total -= 300
	}
	return total
}

func (c *Crowd) ask(ctx context.Context, client *http.Client, method, url string) (receipt, error) {
	var r receipt
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return r, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return r, fmt.Errorf("%s %s: %s", method, url, resp.Status)
	}
	err = json.NewDecoder(resp.Body).Decode(&r)
	if n := c.answered.Add(1); n%c.Every == 0 {
		fmt.Printf("%d requests answered\n", n)
	}
	return r, err
}
