package render

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/tinydbg/tinydbg/api"
)

func (p *printer) scalar(v *api.Variable) {
	if p.format == "" || v.Value == "" {
		p.write(v.Value)
		return
	}
	arg, ok := number(v)
	if !ok {
		p.write(v.Value)
		return
	}
	p.formatted(arg, v.Value)
}

// number is the value of a scalar as Go has it. The service writes named
// constants as "Name (1)".
func number(v *api.Variable) (any, bool) {
	text := v.Value
	if i := strings.LastIndexByte(text, '('); i > 0 && strings.HasSuffix(text, ")") {
		text = text[i+1 : len(text)-1]
	}
	switch v.Kind {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 0, 64)
		return n, err == nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(text, 0, 64)
		return n, err == nil
	case reflect.Float32:
		f, err := strconv.ParseFloat(text, 32)
		return float32(f), err == nil
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		return b, err == nil
	}
	return nil, false
}

// formatted writes arg as the user asked, or plain when the verb does not fit.
func (p *printer) formatted(arg any, plain string) {
	out := fmt.Sprintf(p.format, arg)
	if strings.HasPrefix(strings.TrimPrefix(out, "("), "%!") {
		out = plain
	}
	p.write(out)
}

func (p *printer) str(v *api.Variable) {
	text := v.Value
	if len(v.StringValueBytes) > 0 {
		text = string(v.StringValueBytes)
	}
	more := ""
	if left := v.Len - int64(len(text)); left > 0 {
		more = fmt.Sprintf("...+%d more", left)
	}
	switch {
	case p.format != "" && p.format != "%v":
		p.formatted(text, strconv.Quote(text))
		p.write(more)
	case p.raw || p.format == "%v":
		p.write(text + more)
	default:
		quoted := strconv.Quote(text)
		p.write(quoted[:len(quoted)-1] + more + `"`)
	}
}

func (p *printer) complex(v *api.Variable) {
	if len(v.Children) < 2 {
		p.write(v.Value)
		return
	}
	re, im := v.Children[0].Value, v.Children[1].Value
	plain := fmt.Sprintf("(%s + %si)", re, im)
	x, errRe := strconv.ParseFloat(re, 64)
	y, errIm := strconv.ParseFloat(im, 64)
	switch {
	case p.format == "" || errRe != nil || errIm != nil:
		p.write(plain)
	case v.Kind == reflect.Complex64:
		p.formatted(complex64(complex(x, y)), plain)
	default:
		p.formatted(complex(x, y), plain)
	}
}
