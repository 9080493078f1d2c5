//! Facts in any order, twice, and with gaps lead to what a sync would have said.

mod blocks;
mod build;
mod chat_list;
mod drafts;
mod emoji;
mod facts;
mod friends;
mod kept;
mod mentions;
mod notice;
mod on_top;
mod outbox;
mod pages;
mod polls;
mod quotes;
mod reactions;
mod rows;
mod sharing;
mod tabs;
