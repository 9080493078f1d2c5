//! One browser socket with its listeners.

use damso_protocol::SUBPROTOCOL;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::api::realtime_url;

/// What happens on a socket.
pub(super) enum SocketEvent {
    /// A frame came.
    Text(String),
    /// It is over, with this close code.
    Closed(u16),
}

/// A socket; dropping it closes it.
pub(super) struct Socket {
    inner: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Opens one and says `hello` as soon as it is open.
    pub fn open(hello: String, on_event: impl Fn(SocketEvent) + Clone + 'static) -> Option<Self> {
        let socket = WebSocket::new_with_str(&realtime_url()?, SUBPROTOCOL).ok()?;
        let greeter = socket.clone();
        let on_open = Closure::<dyn FnMut()>::new(move || drop(greeter.send_with_str(&hello)));
        let on_text = on_event.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                on_text(SocketEvent::Text(text));
            }
        });
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            // In a task of its own: the listener drops this very closure.
            let (on_event, code) = (on_event.clone(), event.code());
            leptos::prelude::queue_microtask(move || on_event(SocketEvent::Closed(code)));
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self {
            inner: socket,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        })
    }

    /// Sends a frame, if the socket is open.
    pub fn send(&self, text: &str) {
        if self.inner.ready_state() == WebSocket::OPEN {
            // It fails only while the socket is opening or closing; what goes up may be lost.
            let _ = self.inner.send_with_str(text);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        let _ = self.inner.close();
    }
}
