package main

import "sync"

// Cache keeps the newest entries, up to a number of them.
type Cache[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]V // guarded by mu
	order   []K     // guarded by mu; oldest first
	limit   int
}

// NewCache returns an empty cache for limit entries.
func NewCache[K comparable, V any](limit int) *Cache[K, V] {
	return &Cache[K, V]{entries: make(map[K]V), limit: limit}
}

// Get returns the entry of key, and whether there is one.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok := c.entries[key]
	return value, ok
}

// Put adds an entry and drops the oldest one if there are too many.
func (c *Cache[K, V]) Put(key K, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[key]; !ok {
		c.order = append(c.order, key)
	}
	c.entries[key] = value
	if len(c.order) > c.limit {
		delete(c.entries, c.order[0])
		c.order = c.order[1:]
	}
}
