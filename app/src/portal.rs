//! What every page shares: who is signed in, the language, the counts, the draft of the rules.

use api::{GetSession, GetSummary, Session, Summary};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser,
    client::Client,
    features::{
        rules::{Draft, forget_draft},
        settings::SettingsDraft,
    },
    text::Language,
    ui::Live,
};

const LANGUAGE_KEY: &str = "sealgate.language";
/// `loader/theme.js` reads it before the first paint.
const THEME_KEY: &str = "sealgate.theme";

/// Whether somebody is signed in.
#[derive(Clone, Debug, PartialEq)]
pub enum Visitor {
    /// Not asked yet.
    Unknown,
    /// Nobody; there may have been somebody before.
    Nobody { before: Option<Session> },
    /// This person.
    Somebody(Session),
}

/// How the portal is coloured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// The stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The shared state; a handle, so it is copied freely.
#[derive(Clone, Copy)]
pub struct Portal {
    pub client: Client,
    pub visitor: RwSignal<Visitor>,
    pub language: RwSignal<Language>,
    pub theme: RwSignal<Theme>,
    pub live: Live,
    /// Whether the visitor may only look.
    pub read_only: Signal<bool>,
    /// `None` until the first answer.
    pub summary: RwSignal<Option<Summary>>,
    /// `None` until the rules were loaded. It outlives its page, so that nobody loses work.
    pub draft: RwSignal<Option<Draft>>,
    /// The settings in their form, likewise.
    pub settings: RwSignal<Option<SettingsDraft>>,
}

impl Portal {
    /// A portal that has yet to ask who is signed in.
    pub fn new() -> Self {
        let visitor = RwSignal::new(Visitor::Unknown);
        let language = browser::stored(LANGUAGE_KEY).unwrap_or_else(browser::preferred_language);
        let theme = browser::stored(THEME_KEY).unwrap_or_default();
        let portal = Self {
            client: Client::new(Callback::new(move |()| {
                visitor.update(|visitor| {
                    let before = match visitor {
                        Visitor::Somebody(session) => Some(session.clone()),
                        Visitor::Nobody { before } => before.take(),
                        Visitor::Unknown => None,
                    };
                    *visitor = Visitor::Nobody { before };
                });
            })),
            visitor,
            language: RwSignal::new(Language::of(&language)),
            theme: RwSignal::new(Theme::parse(&theme)),
            live: Live::new(),
            read_only: Signal::derive(move || {
                visitor.with(|visitor| match visitor {
                    Visitor::Somebody(session) => !session.may_write,
                    Visitor::Unknown | Visitor::Nobody { .. } => true,
                })
            }),
            summary: RwSignal::new(None),
            draft: RwSignal::new(None),
            settings: RwSignal::new(None),
        };
        Effect::new(move || browser::set_root("lang", Some(portal.language.get().code())));
        Effect::new(move || {
            let theme = portal.theme.get();
            browser::set_root(
                "data-theme",
                (theme != Theme::System).then_some(theme.word()),
            );
        });
        portal
    }

    /// Asks who is signed in.
    pub fn ask_who(self) {
        spawn_local(async move {
            match self.client.get::<GetSession>(&[], &()).await {
                Ok(session) => self.enter(session),
                Err(_) => self.visitor.set(Visitor::Nobody { before: None }),
            }
        });
    }

    /// Somebody signed in. Who was here before goes on where they were; nobody else does.
    pub fn enter(self, session: Session) {
        let is_another = self.visitor.with_untracked(|visitor| match visitor {
            Visitor::Nobody {
                before: Some(before),
            } => before.email != session.email || before.organisation.id != session.organisation.id,
            _ => false,
        });
        if is_another {
            self.forget();
        }
        self.visitor.set(Visitor::Somebody(session));
        self.count();
    }

    /// Somebody signed out: this browser forgets who was here, and what they were working on.
    pub fn leave(self) {
        self.forget();
        self.visitor.set(Visitor::Nobody { before: None });
    }

    fn forget(self) {
        forget_draft();
        self.draft.set(None);
        self.settings.set(None);
        self.summary.set(None);
    }

    /// Asks for the session again: something has changed the organisation's domains.
    pub fn renew(self) {
        spawn_local(async move {
            // Without it the old names stand in the frame; the page itself tells what is wrong.
            if let Ok(session) = self.client.get::<GetSession>(&[], &()).await {
                self.visitor.set(Visitor::Somebody(session));
            }
        });
    }

    /// Asks for the counts again: something has changed them.
    pub fn count(self) {
        spawn_local(async move {
            // Without them the pages show no counts; the page itself tells what is wrong.
            if let Ok(summary) = self.client.get::<GetSummary>(&[], &()).await {
                self.summary.set(Some(summary));
            }
        });
    }

    /// Who is signed in, as the page was mounted.
    pub fn session_now(self) -> Option<Session> {
        untrack(move || self.session())
    }

    /// Who is signed in.
    pub fn session(self) -> Option<Session> {
        self.visitor.with(|visitor| match visitor {
            Visitor::Somebody(session) => Some(session.clone()),
            Visitor::Unknown | Visitor::Nobody { .. } => None,
        })
    }

    pub fn choose_language(self, language: Language) {
        browser::store(LANGUAGE_KEY, language.code());
        self.language.set(language);
    }

    pub fn choose_theme(self, theme: Theme) {
        browser::store(THEME_KEY, theme.word());
        self.theme.set(theme);
    }
}

/// The portal that the component belongs to.
pub fn portal() -> Portal {
    expect_context::<Portal>()
}
