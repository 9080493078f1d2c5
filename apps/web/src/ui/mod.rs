//! Parts of screens that know no feature: buttons, fields, dialogs, faces.
//!
//! Everything is a native element first and only styled on top. Texts come in as signals, so that a change
//! of language redraws them.

mod avatar;
mod banner;
mod button;
mod choice;
mod clipboard;
mod copy_button;
mod dialog;
mod empty_state;
mod icon;
mod menu;
mod panes;
mod presence;
mod qr;
mod search_field;
mod skeleton;
mod text_field;
mod toast;

pub use avatar::{Avatar, AvatarSize, Face, GroupAvatar};
pub use banner::{Badge, Banner};
pub use button::{Button, ButtonKind, IconButton};
pub use choice::{Choice, RadioGroup, Switch, Tabs};
pub use clipboard::copy_and_tell;
pub use copy_button::CopyButton;
pub use dialog::{ConfirmDialog, Dialog};
pub use empty_state::EmptyState;
pub use icon::{Icon, IconName, Mark};
pub use menu::{Menu, MenuAnchor, MenuItem};
pub use panes::{Panes, Showing};
pub use presence::{PresenceDot, every_minute, presence_words};
pub use qr::Qr;
pub use search_field::SearchField;
pub use skeleton::{SkeletonLines, SkeletonRows};
pub use text_field::{FieldKind, TextArea, TextField};
pub use toast::{ToastRegion, Toasts};
