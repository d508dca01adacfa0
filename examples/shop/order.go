package main

import "time"

// Cents is an amount of money.
type Cents int64

// Status is how far an order has come.
type Status int

// What happens to an order.
const (
	Received Status = iota
	Priced
	Filed
)

func (s Status) String() string { return [...]string{"received", "priced", "filed"}[s] }

// Stamp is embedded in what has a time and an author.
type Stamp struct {
	At time.Time
	By string
}

// Item is one line of an order.
type Item struct {
	Name  string
	Count int
	Price Cents
}

// Order is what a customer wants.
type Order struct {
	Stamp
	ID     int
	Items  []Item
	Total  Cents
	Status Status
	Tags   map[string]string
	done   chan struct{}
}

// Discount lowers the price of an order.
type Discount interface {
	Apply(total Cents) Cents
}

// Percent takes off a share, BulkRate an amount above a threshold.
type (
	Percent  struct{ Off int }
	BulkRate struct{ Above, Off Cents }
)

// Apply implements Discount.
func (p Percent) Apply(total Cents) Cents { return total - total*Cents(p.Off)/100 }

// Apply implements Discount.
func (b *BulkRate) Apply(total Cents) Cents {
	if total > b.Above {
		return total - b.Off
	}
	return total
}

// Price computes what an order costs.
func Price(order *Order, discounts []Discount) Cents {
	var total Cents
	for _, item := range order.Items {
		total += Cents(item.Count) * item.Price
	}
	for _, d := range discounts {
		total = d.Apply(total)
	}
	order.Total = total
	order.Status = Priced
	return total
}
