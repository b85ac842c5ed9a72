//! The icons, drawn on a grid of 16 with lines of 1.5.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Symbol {
    ArrowDown,
    ArrowUp,
    Certificate,
    Check,
    Clock,
    Copy,
    Cross,
    Dots,
    Download,
    Gear,
    Globe,
    Grip,
    Home,
    In,
    Key,
    Lock,
    Mail,
    Mailbox,
    Moon,
    Open,
    Out,
    Pen,
    Plus,
    Rules,
    Seal,
    Search,
    Sun,
    Trash,
    Upload,
    Warning,
}

impl Symbol {
    const fn path(self) -> &'static str {
        match self {
            Self::ArrowDown => "M8 3v10M4 9l4 4 4-4",
            Self::ArrowUp => "M8 13V3M4 7l4-4 4 4",
            Self::Certificate => {
                "M5.5 10.5H3A1.2 1.2 0 0 1 1.8 9.3V4A1.2 1.2 0 0 1 3 2.8h10A1.2 1.2 0 0 1 14.2 4v5.3a1.2 1.2 0 0 1-1.2 1.2h-2.5M10.2 9.5a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0zM6.8 11.5v3l1.2-.8 1.2.8v-3"
            }
            Self::Check => "M3 8.5l3.2 3.2L13 5",
            Self::Clock => "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 4.5V8l2.3 1.5",
            Self::Copy => {
                "M6 5.5h6.5A1 1 0 0 1 13.5 6.5V13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1zM10.5 5.5V3a1 1 0 0 0-1-1H3.5a1 1 0 0 0-1 1v6.5a1 1 0 0 0 1 1H5"
            }
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Dots => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Self::Download => "M8 2.5v7.5M4.8 7L8 10.2 11.2 7M2.5 13.5h11",
            Self::Gear => {
                "M10.2 8a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0zM8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4"
            }
            Self::Globe => {
                "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM2 8h12M8 2c1.7 1.6 2.6 3.7 2.6 6S9.7 12.4 8 14M8 2C6.3 3.6 5.4 5.7 5.4 8S6.3 12.4 8 14"
            }
            Self::Grip => "M6 3.5h.01M10 3.5h.01M6 8h.01M10 8h.01M6 12.5h.01M10 12.5h.01",
            Self::Home => "M2.5 7L8 2.5 13.5 7v6a1 1 0 0 1-1 1H10v-4H6v4H3.5a1 1 0 0 1-1-1z",
            Self::In => "M12.5 3.5l-8 8M4.5 5.5v6h6",
            Self::Key => {
                "M9 7a3.2 3.2 0 1 1-6.4 0A3.2 3.2 0 0 1 9 7zM8 9.2l5.5 0M13.5 9.2v2M11.2 9.2v1.6"
            }
            Self::Lock => {
                "M4 7.5h8a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8.5a1 1 0 0 1 1-1zM5.2 7.5V5a2.8 2.8 0 0 1 5.6 0v2.5"
            }
            Self::Mail => {
                "M3 3.5h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM2.3 4.5L8 9l5.7-4.5"
            }
            Self::Mailbox => {
                "M2 9l2-5.5h8L14 9v3.5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1zM2 9h3.5l1 1.8h3l1-1.8H14"
            }
            Self::Moon => "M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7z",
            Self::Open => {
                "M4 7.5h8a1 1 0 0 1 1 1V13a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8.5a1 1 0 0 1 1-1zM5.2 7.5V5a2.8 2.8 0 0 1 5.4-1"
            }
            Self::Out => "M3.5 12.5l8-8M5.5 4.5h6v6",
            Self::Pen => {
                "M2 13.5c2-6 4-10 5.5-10s1 3-1 6.5c1.5-2 3-2.5 3-1.2s-.5 2 .5 2 2-.8 3.5-1.3"
            }
            Self::Plus => "M8 3v10M3 8h10",
            Self::Rules => "M2 4h7M2 8h12M2 12h7M13.3 4a1.3 1.3 0 1 1-2.6 0 1.3 1.3 0 0 1 2.6 0z",
            Self::Seal => {
                "M8 1.5l1.5 1.3 2-.4.7 1.9 1.9.7-.4 2L15 8.5l-1.3 1.5.4 2-1.9.7-.7 1.9-2-.4L8 15.5l-1.5-1.3-2 .4-.7-1.9-1.9-.7.4-2L1 8.5 2.3 7l-.4-2 1.9-.7.7-1.9 2 .4zM5.7 8.7l1.6 1.6 3-3.3"
            }
            Self::Search => "M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0zM10.3 10.3L14 14",
            Self::Sun => {
                "M10.8 8a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"
            }
            Self::Trash => "M2.5 4h11M6 4V2.5h4V4M4 4l.6 9a1 1 0 0 0 1 1h4.8a1 1 0 0 0 1-1L12 4",
            Self::Upload => "M8 10.5V3M4.8 6L8 2.8 11.2 6M2.5 13.5h11",
            Self::Warning => "M8 2.2l6.3 11.3H1.7zM8 6.5v3M8 11.5h.01",
        }
    }
}

/// An icon; it decorates a word beside it, so readers skip it.
#[component]
pub fn Icon(symbol: Symbol) -> impl IntoView {
    view! {
        <svg class="icon" class:dots=matches!(symbol, Symbol::Dots | Symbol::Grip) viewBox="0 0 16 16" aria-hidden="true">
            <path d=symbol.path() />
        </svg>
    }
}
