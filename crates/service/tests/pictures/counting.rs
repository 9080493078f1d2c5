//! An allocator that counts.
#![allow(
    unsafe_code,
    reason = "an allocator is an unsafe trait; this one hands everything on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// For each thread, because tests run side by side and a picture is prepared on one.
thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// What `work` returns, and how many bytes more than before were held at its peak.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before).unsigned_abs())
}

struct Counting;

fn add(bytes: usize) {
    HELD.set(HELD.get() + bytes.cast_signed());
    PEAK.set(PEAK.get().max(HELD.get()));
}

fn remove(bytes: usize) {
    HELD.set(HELD.get() - bytes.cast_signed());
}

// SAFETY: each call is the system's, with what was given.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // Both may exist while one is copied to the other.
        add(new_size);
        let moved = unsafe { System.realloc(at, layout, new_size) };
        remove(layout.size());
        moved
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        remove(layout.size());
        unsafe { System.dealloc(at, layout) }
    }
}
