package starbind

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"go.starlark.net/starlark"
)

// maxDepth bounds how deep values that scripts pass may nest: a list can hold
// itself.
const maxDepth = 100

// toJSON turns a value of a script into one that package json writes.
func toJSON(v starlark.Value, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("the value nests more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Int:
		return json.Number(v.String()), nil
	case starlark.Float:
		return float64(v), nil
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return []byte(v), nil
	case *starlark.Dict:
		return dictToJSON(v, depth)
	case starlark.Iterable:
		return listToJSON(v, depth)
	}
	return nil, fmt.Errorf("a %s cannot be passed to the debugger", v.Type())
}

func dictToJSON(d *starlark.Dict, depth int) (any, error) {
	out := map[string]any{}
	for _, kv := range d.Items() {
		key, ok := starlark.AsString(kv[0])
		if !ok {
			return nil, fmt.Errorf("a key of a dict is a %s, it must be a string", kv[0].Type())
		}
		v, err := toJSON(kv[1], depth+1)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}

func listToJSON(list starlark.Iterable, depth int) (any, error) {
	out := []any{}
	it := list.Iterate()
	defer it.Done()
	var item starlark.Value
	for it.Next(&item) {
		v, err := toJSON(item, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// fromJSON turns JSON into a value of a script.
func fromJSON(raw []byte) (starlark.Value, error) {
	if len(raw) == 0 {
		return starlark.None, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return fromDecoded(v)
}

// fromValue turns a Go value into one of a script, by way of JSON.
func fromValue(v any) (starlark.Value, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return fromJSON(raw)
}

func fromDecoded(v any) (starlark.Value, error) {
	switch v := v.(type) {
	case nil:
		return starlark.None, nil
	case bool:
		return starlark.Bool(v), nil
	case string:
		return starlark.String(v), nil
	case json.Number:
		return fromNumber(v)
	case []any:
		items := make([]starlark.Value, len(v))
		for i := range v {
			var err error
			if items[i], err = fromDecoded(v[i]); err != nil {
				return nil, err
			}
		}
		return starlark.NewList(items), nil
	case map[string]any:
		return fromObject(v)
	}
	return nil, fmt.Errorf("a %T cannot be given to a script", v)
}

func fromObject(v map[string]any) (starlark.Value, error) {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	d := starlark.NewDict(len(v))
	for _, k := range keys {
		item, err := fromDecoded(v[k])
		if err != nil {
			return nil, err
		}
		if err := d.SetKey(starlark.String(k), item); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func fromNumber(n json.Number) (starlark.Value, error) {
	if i, ok := new(big.Int).SetString(n.String(), 10); ok {
		return starlark.MakeBigInt(i), nil
	}
	f, err := n.Float64()
	return starlark.Float(f), err
}
