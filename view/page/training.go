package page

import (
	"bytes"
	"context"
	"html/template"
	"net"
	"net/http"
	"time"

	"lagrange/view"
)

const (
	apart     = 250 * time.Millisecond // between what is told of a training
	alive     = 15 * time.Second       // after which silence is broken, so that a page that has gone is noticed
	mostWrite = 10 * time.Second       // for a page to take what it is told
)

var following = template.Must(template.New("training").Parse(string(asset("training.html"))))

// Following makes a server whose page follows a training, until Show.
func Following(t *view.Training, l net.Listener) (*Server, error) {
	v := newServer(l)
	v.follow = t
	now, _ := t.Now()
	var page bytes.Buffer
	if err := following.Execute(&page, now); err != nil {
		return nil, err
	}
	v.pages.Store(v.paged(page.Bytes()))
	return v, nil
}

// events tells what there is to see of the training, whenever there is more, as server-sent events [WHATWG HTML, 9.2],
// until it has ended.
func (v *Server) events(w http.ResponseWriter, r *http.Request) {
	select {
	case v.streams <- struct{}{}:
		defer func() { <-v.streams }()
	default:
		refuse(w, http.StatusServiceUnavailable, "too many pages follow this training")
		return
	}
	c := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	for last := false; ; {
		now, more := v.follow.Now()
		text, err := written(now)
		if err != nil {
			panic("page: " + err.Error()) // strings and Numbers are JSON
		}
		over := last || now.Phase == view.Ended || now.Phase == view.Failed
		if !tell(w, c, append([]byte("data: "), append(text, '\n')...)) || over {
			return
		}
		last = !wait(r.Context(), w, c, more)
	}
}

// wait waits until there is more to tell; false: the server ends, and what there is now is the last of it.
func wait(ctx context.Context, w http.ResponseWriter, c *http.ResponseController, more <-chan struct{}) bool {
	select {
	case <-time.After(apart):
	case <-ctx.Done():
		return false
	}
	for {
		select {
		case <-more:
			return true
		case <-time.After(alive):
			if !tell(w, c, []byte(":\n\n")) {
				return false
			}
		case <-ctx.Done():
			return false
		}
	}
}

// tell writes at once; false: nobody is there any more.
func tell(w http.ResponseWriter, c *http.ResponseController, text []byte) bool {
	_ = c.SetWriteDeadline(time.Now().Add(mostWrite)) // where it cannot be set, that of the server holds
	_, err := w.Write(text)
	return err == nil && c.Flush() == nil
}
