//! The rules: a draft in the browser, tried with the engine itself, published at once.

mod defaults;
mod editor;
mod form;
mod kept;
mod list;
mod option_field;
mod page;
mod publish;
mod reorder;
mod state;
mod try_it;
mod words;

pub use kept::forget as forget_draft;
pub use page::RulesPage;
pub use state::Draft;
